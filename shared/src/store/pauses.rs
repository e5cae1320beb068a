//! The pauses between attempts at something that others are in the way of.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// The longest first pause; that of each further one is twice as long, up to [`LONGEST`].
const FIRST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(500);

/// Pauses of growing length, each some part of what it may be, so that those who clashed do not meet again.
#[derive(Debug)]
pub struct Pauses {
    longest: Duration,
}

impl Pauses {
    /// None has been made.
    #[must_use]
    pub fn new() -> Self {
        Self { longest: FIRST }
    }

    /// Makes the next one.
    pub async fn pause(&mut self) {
        tokio::time::sleep(self.next()).await;
    }

    /// How long the next one is. Nothing depends on it, so that it needs no source of randomness of the caller's.
    fn next(&mut self) -> Duration {
        let longest = self.longest;
        self.longest = LONGEST.min(longest * 2);
        let spread = RandomState::new().hash_one(longest) % 1000;
        longest * u32::try_from(spread).unwrap_or(1000) / 1000
    }
}

impl Default for Pauses {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_may_be_twice_as_long_as_the_one_before_up_to_half_a_second() {
        let mut pauses = Pauses::new();
        for longest in [20, 40, 80, 160, 320, 500, 500] {
            assert_eq!(pauses.longest, Duration::from_millis(longest));
            assert!(pauses.next() < Duration::from_millis(longest));
        }
    }
}
