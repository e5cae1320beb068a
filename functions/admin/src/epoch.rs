//! Timestamps as JSON 1.1 has them: seconds since the epoch, a number.

use jiff::{Timestamp, Unit};
use serde::{Serialize, Serializer};

/// A moment in an answer, to the millisecond.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Epoch(pub(crate) Timestamp);

impl Serialize for Epoch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rounded = self.0.round(Unit::Millisecond).unwrap_or(self.0);
        serializer.serialize_f64(rounded.as_duration().as_secs_f64())
    }
}
