//! The shapes of a model, resolved: what a value must look like, without names to look up.

use std::sync::Arc;

use super::pattern::Pattern;

/// What a value must look like.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// The value is never repeated to anybody.
    pub(super) sensitive: bool,
}

#[derive(Debug)]
pub(super) enum Kind {
    Structure(Structure),
    /// Any JSON value.
    Document,
    List(List),
    Map(Map),
    Text(Text),
    Integer(Bounds),
    Boolean,
    /// JSON 1.1: seconds since the epoch, with or without a fraction.
    Timestamp,
}

impl Kind {
    /// Whether a value has no values inside, and so can be shown on one line.
    pub(super) fn is_scalar(&self) -> bool {
        matches!(
            self,
            Self::Text(_) | Self::Integer(_) | Self::Boolean | Self::Timestamp
        )
    }
}

#[derive(Debug)]
pub(super) struct Structure {
    pub(super) members: Vec<Member>,
    /// Exactly one member is present.
    pub(super) union: bool,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) shape: Arc<Shape>,
}

#[derive(Debug)]
pub(super) struct List {
    pub(super) element: Arc<Shape>,
    pub(super) size: Bounds,
}

#[derive(Debug)]
pub(super) struct Map {
    pub(super) key: Arc<Shape>,
    pub(super) value: Arc<Shape>,
    pub(super) size: Bounds,
}

#[derive(Debug)]
pub(super) struct Text {
    /// In Unicode scalar values.
    pub(super) length: Bounds,
    pub(super) pattern: Option<Pattern>,
    pub(super) values: Option<Vec<String>>,
}

/// Inclusive at both ends.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bounds {
    pub(super) least: Option<i64>,
    pub(super) most: Option<i64>,
}

impl Bounds {
    pub(super) fn too_small(self, number: i64) -> bool {
        self.least.is_some_and(|least| number < least)
    }

    pub(super) fn too_large(self, number: i64) -> bool {
        self.most.is_some_and(|most| number > most)
    }
}
