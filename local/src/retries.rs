//! How often a stream's record is handed over again, and when. Lambda developer guide, "Using AWS Lambda with Amazon
//! DynamoDB", error handling.

use std::time::Duration;

/// The first pause before a record is handed over again, and the longest.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Counts the failures of the record that a stream waits for.
#[derive(Debug, Clone)]
pub struct Retries {
    maximum: Option<usize>,
    failed: Option<(String, usize)>,
}

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Hand the record over again after a pause.
    Again(Duration),
    /// Go on behind the record.
    GiveUp,
}

impl Retries {
    /// None yet; a record is handed over again `maximum` times, or for ever.
    #[must_use]
    pub fn new(maximum: Option<usize>) -> Self {
        Self {
            maximum,
            failed: None,
        }
    }

    /// Notes that the record with this sequence number has failed.
    pub fn after_failure_of(&mut self, record: &str) -> Next {
        let before = match self.failed.take() {
            Some((failed, times)) if failed == record => times,
            _ => 0,
        };
        if self.maximum.is_some_and(|maximum| before >= maximum) {
            return Next::GiveUp;
        }
        self.failed = Some((record.to_owned(), before + 1));
        let times = u32::try_from(before).unwrap_or(u32::MAX);
        let (first, longest) = BACKOFF;
        Next::Again(
            first
                .saturating_mul(2_u32.saturating_pow(times))
                .min(longest),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(seconds: u64) -> Next {
        Next::Again(Duration::from_secs(seconds))
    }

    #[test]
    fn a_record_is_given_up_when_it_has_failed_too_often() {
        let mut retries = Retries::new(Some(2));
        let nexts = [(); 3].map(|()| retries.after_failure_of("7"));
        assert_eq!(nexts, [again(1), again(2), Next::GiveUp]);
    }

    #[test]
    fn each_record_has_attempts_of_its_own() {
        let mut retries = Retries::new(Some(1));
        assert_eq!(retries.after_failure_of("7"), again(1));
        assert_eq!(retries.after_failure_of("8"), again(1));
        assert_eq!(retries.after_failure_of("8"), Next::GiveUp);
    }

    #[test]
    fn pauses_grow_no_longer_than_half_a_minute() {
        let mut retries = Retries::new(None);
        let last = (0..100).map(|_| retries.after_failure_of("7")).last();
        assert_eq!(last, Some(again(30)));
    }
}
