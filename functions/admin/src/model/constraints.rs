//! Whether a value whose types fit meets the constraints of its shape, reported as AWS does: up to ten at once,
//! each with the path of the member.

use std::fmt::Write as _;

use serde_json::{Map as Members, Value};

use super::ShapeMismatch;
use super::constraint::{self, Constraint, length};
use super::shape::Kind;
use super::shape::{Bounds, List, Map, Shape, Structure};

const MOST_REPORTED: usize = 10;
/// Of a value that is repeated to the caller, in characters.
const LONGEST_SHOWN: usize = 64;

/// What becomes of members that the model does not have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum UnknownMembers {
    Ignored,
    Refused,
}

pub(super) fn check(
    shape: &Shape,
    value: &Value,
    unknown: UnknownMembers,
) -> Result<(), ShapeMismatch> {
    let mut report = Report {
        unknown,
        violations: Vec::new(),
    };
    report.value(shape, value, "");
    let sentence = match report.violations.len() {
        0 => return Ok(()),
        1 => "1 validation error detected".to_owned(),
        count => format!("{count} validation errors detected"),
    };
    Err(ShapeMismatch::Validation(format!(
        "{sentence}: {}",
        report.violations.join("; ")
    )))
}

struct Report {
    unknown: UnknownMembers,
    violations: Vec<String>,
}

impl Report {
    fn value(&mut self, shape: &Shape, value: &Value, path: &str) {
        if self.violations.len() >= MOST_REPORTED {
            return;
        }
        match (&shape.kind, value) {
            (Kind::Structure(structure), Value::Object(members)) => {
                self.structure(structure, members, path);
            }
            (Kind::List(list), Value::Array(elements)) => self.list(list, elements, path),
            (Kind::Map(map), Value::Object(entries)) => self.map(map, entries, path),
            _ => {
                for constraint in constraint::unmet(shape, value) {
                    self.add(&shown(shape, value), path, constraint);
                }
            }
        }
    }

    fn structure(&mut self, structure: &Structure, members: &Members<String, Value>, path: &str) {
        let mut present = 0;
        for member in &structure.members {
            let path = inner(path, &lower_first(&member.name));
            match members.get(&member.name) {
                None | Some(Value::Null) if member.required => {
                    self.add("Value null", &path, Constraint::NotNull);
                }
                None | Some(Value::Null) => {}
                Some(value) => {
                    present += 1;
                    self.value(&member.shape, value, &path);
                }
            }
        }
        if structure.union && present != 1 {
            self.add("Value", path, Constraint::OneMember);
        }
        if self.unknown == UnknownMembers::Refused {
            let known = |name: &String| structure.members.iter().any(|member| member.name == *name);
            for name in members.keys().filter(|name| !known(name)) {
                self.add("Value", &inner(path, &shortened(name)), Constraint::Known);
            }
        }
    }

    fn list(&mut self, list: &List, elements: &[Value], path: &str) {
        if list.element.kind.is_scalar() {
            return self.scalars(list, elements, path);
        }
        if !self.size(list.size, elements.len(), "Value", path) {
            return;
        }
        for (index, element) in elements.iter().enumerate() {
            self.value(
                &list.element,
                element,
                &inner(path, &format!("{}.member", index + 1)),
            );
        }
    }

    /// A list of scalars is one violation, however many of its elements are wrong.
    fn scalars(&mut self, list: &List, elements: &[Value], path: &str) {
        let shown = shown_list(&list.element, elements);
        if !self.size(list.size, elements.len(), &shown, path) {
            return;
        }
        if elements.iter().any(Value::is_null) {
            return self.add_all(&shown, path, "Member", &[Constraint::NotNull]);
        }
        if elements
            .iter()
            .any(|element| !constraint::unmet(&list.element, element).is_empty())
        {
            self.add_all(&shown, path, "Member", &constraint::of(&list.element));
        }
    }

    fn map(&mut self, map: &Map, entries: &Members<String, Value>, path: &str) {
        if !self.size(map.size, entries.len(), "Value", path) {
            return;
        }
        for (key, value) in entries {
            let key_as_value = Value::String(key.clone());
            if !constraint::unmet(&map.key, &key_as_value).is_empty() {
                self.add_all("Value", path, "Map keys", &constraint::of(&map.key));
            }
            let path = inner(path, &format!("{}.member", shortened(key)));
            if value.is_null() {
                self.add("Value null", &path, Constraint::NotNull);
            } else {
                self.value(&map.value, value, &path);
            }
        }
    }

    /// Whether the size is right. The content of a collection that is too large is not looked at.
    fn size(&mut self, size: Bounds, count: usize, shown: &str, path: &str) -> bool {
        let count = length(count);
        if let Some(least) = size.least.filter(|_| size.too_small(count)) {
            self.add(shown, path, Constraint::ShortestLength(least));
        }
        if let Some(most) = size.most.filter(|_| size.too_large(count)) {
            self.add(shown, path, Constraint::LongestLength(most));
        }
        !size.too_large(count)
    }

    fn add(&mut self, shown: &str, path: &str, constraint: Constraint<'_>) {
        self.push(format!(
            "{shown} at '{path}' failed to satisfy constraint: {constraint}"
        ));
    }

    fn add_all(&mut self, shown: &str, path: &str, whose: &str, constraints: &[Constraint<'_>]) {
        let constraints: Vec<String> = constraints.iter().map(ToString::to_string).collect();
        self.push(format!(
            "{shown} at '{path}' failed to satisfy constraint: {whose} must satisfy constraint: [{}]",
            constraints.join(", ")
        ));
    }

    fn push(&mut self, violation: String) {
        if self.violations.len() < MOST_REPORTED {
            self.violations.push(violation);
        }
    }
}

fn shown(shape: &Shape, value: &Value) -> String {
    match value {
        Value::Null => "Value null".to_owned(),
        _ if shape.sensitive => "Value".to_owned(),
        Value::String(text) => format!("Value '{}'", shortened(text)),
        scalar => format!("Value '{}'", shortened(&scalar.to_string())),
    }
}

fn shown_list(element: &Shape, elements: &[Value]) -> String {
    if element.sensitive {
        return "Value".to_owned();
    }
    let mut joined = String::new();
    for (index, element) in elements.iter().enumerate().take(LONGEST_SHOWN) {
        let separator = if index == 0 { "" } else { ", " };
        let _infallible = match element {
            Value::String(text) => write!(joined, "{separator}{}", shortened(text)),
            other => write!(joined, "{separator}{other}"),
        };
    }
    format!("Value '{}'", shortened(&format!("[{joined}]")))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        None => text.to_owned(),
        Some(_) => text
            .chars()
            .take(LONGEST_SHOWN - 3)
            .chain("...".chars())
            .collect(),
    }
}

fn inner(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// AWS writes the path in the names of its Java members.
fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    characters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(characters)
        .collect()
}
