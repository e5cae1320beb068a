//! The constraints of a shape, and the sentences in which AWS reports one that is not met.

use std::fmt;

use serde_json::Value;

use super::pattern::Pattern;
use super::shape::{Kind, Shape};

#[derive(Clone, Copy, Debug)]
pub(super) enum Constraint<'a> {
    NotNull,
    ShortestLength(i64),
    LongestLength(i64),
    LeastValue(i64),
    MostValue(i64),
    Pattern(&'a Pattern),
    Values(&'a [String]),
    /// Of a union. AWS's own sentence for this is not published.
    OneMember,
    /// Of an answer: nothing that the model does not know.
    Known,
}

impl fmt::Display for Constraint<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNull => write!(formatter, "Member must not be null"),
            Self::ShortestLength(least) => {
                write!(
                    formatter,
                    "Member must have length greater than or equal to {least}"
                )
            }
            Self::LongestLength(most) => write!(
                formatter,
                "Member must have length less than or equal to {most}"
            ),
            Self::LeastValue(least) => write!(
                formatter,
                "Member must have value greater than or equal to {least}"
            ),
            Self::MostValue(most) => write!(
                formatter,
                "Member must have value less than or equal to {most}"
            ),
            Self::Pattern(pattern) => {
                write!(
                    formatter,
                    "Member must satisfy regular expression pattern: {}",
                    pattern.as_str()
                )
            }
            Self::Values(values) => {
                write!(
                    formatter,
                    "Member must satisfy enum value set: [{}]",
                    values.join(", ")
                )
            }
            Self::OneMember => write!(formatter, "Member must have exactly one member set"),
            Self::Known => write!(formatter, "Member must be known to the model"),
        }
    }
}

/// The constraints of a scalar shape that `value` does not meet. A value that is too long is not matched, so that
/// work stays in proportion to the limits of the model.
pub(super) fn unmet<'a>(shape: &'a Shape, value: &Value) -> Vec<Constraint<'a>> {
    if value.is_null() {
        return vec![Constraint::NotNull];
    }
    let number = value.as_i64().unwrap_or_default();
    let text = value.as_str().unwrap_or_default();
    let length = length(text.chars().count());
    let mut unmet = of(shape);
    let too_long = matches!(&shape.kind, Kind::Text(expected) if expected.length.too_large(length));
    unmet.retain(|constraint| match constraint {
        Constraint::ShortestLength(least) => length < *least,
        Constraint::LongestLength(most) => length > *most,
        Constraint::LeastValue(least) => number < *least,
        Constraint::MostValue(most) => number > *most,
        Constraint::Pattern(pattern) => !too_long && !pattern.matches(text),
        Constraint::Values(values) => !values.iter().any(|value| value == text),
        Constraint::NotNull | Constraint::OneMember | Constraint::Known => false,
    });
    unmet
}

/// Every constraint of a scalar shape.
pub(super) fn of(shape: &Shape) -> Vec<Constraint<'_>> {
    match &shape.kind {
        Kind::Text(text) => [
            text.length.most.map(Constraint::LongestLength),
            text.length.least.map(Constraint::ShortestLength),
            text.pattern.as_ref().map(Constraint::Pattern),
            text.values.as_deref().map(Constraint::Values),
        ]
        .into_iter()
        .flatten()
        .collect(),
        Kind::Integer(bounds) => [
            bounds.most.map(Constraint::MostValue),
            bounds.least.map(Constraint::LeastValue),
        ]
        .into_iter()
        .flatten()
        .collect(),
        _ => Vec::new(),
    }
}

/// A count of things in memory, in the model's number type.
pub(super) fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
