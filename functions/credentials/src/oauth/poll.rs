//! How often a device may ask whether it has been let in (RFC 8628 §3.5).

use jiff::{SignedDuration, Timestamp};

/// How long a device is told to wait between two polls.
pub(crate) const INTERVAL: SignedDuration = SignedDuration::from_secs(5);
/// How much earlier a poll may come: clocks and networks are not exact.
const LEEWAY: SignedDuration = SignedDuration::from_secs(1);
/// The AWS CLI polls once before it shows the URL, and again right after it.
const FREE: u32 = 2;

/// How a device has polled so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Polls {
    pub(crate) count: u32,
    pub(crate) last: Option<Timestamp>,
}

impl Polls {
    /// Whether a poll at `now` comes too early.
    pub(crate) fn are_too_fast(self, now: Timestamp) -> bool {
        let early = |last: Timestamp| now.duration_since(last) < INTERVAL - LEEWAY;
        self.count >= FREE && self.last.is_some_and(early)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polls(count: u32, milliseconds_ago: i64) -> (Polls, Timestamp) {
        let now = Timestamp::from_second(1_000).unwrap();
        let last = Some(now - SignedDuration::from_millis(milliseconds_ago));
        (Polls { count, last }, now)
    }

    #[test]
    fn the_first_two_polls_are_never_too_fast() {
        let first = Polls {
            count: 0,
            last: None,
        };
        assert!(!first.are_too_fast(Timestamp::UNIX_EPOCH));
        let (second, now) = polls(1, 0);
        assert!(!second.are_too_fast(now));
    }

    #[test]
    fn every_later_poll_keeps_the_interval() {
        for (milliseconds, too_fast) in [(0, true), (3_999, true), (4_000, false), (5_000, false)] {
            let (third, now) = polls(2, milliseconds);
            assert_eq!(third.are_too_fast(now), too_fast, "{milliseconds}");
        }
    }
}
