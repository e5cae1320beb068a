//! When a round through all accounts begins, how it goes on, and when it is done. Pure.

use jiff::{SignedDuration, Timestamp};
use vestibule_shared::store::access::{CompletedDriftRound, DriftCheck, DriftRound};

/// How often a round begins by itself.
const PERIOD: SignedDuration = SignedDuration::from_hours(24);

/// What came of some accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// How many were looked at.
    pub(super) checked: u64,
    /// In how many that was given up.
    pub(super) failed: u64,
    /// How much differs in them.
    pub(super) drifted: u64,
}

/// Whether a round is to begin. Before there was one, the first day counts from when the instance was enabled.
pub(super) fn is_due(
    check: &DriftCheck,
    enabled_at: Timestamp,
    (requested, now): (bool, Timestamp),
) -> bool {
    let last = check.last_completed.as_ref();
    let last = last.map_or(enabled_at, |round| round.started_at);
    check.round.is_none() && (requested || last + PERIOD <= now)
}

/// A round at its beginning.
pub(super) fn begun(check: &DriftCheck, now: Timestamp) -> DriftCheck {
    DriftCheck {
        round: Some(DriftRound {
            started_at: now,
            from: None,
            listed: false,
            checked: 0,
            failed: 0,
            drifted: 0,
        }),
        ..check.clone()
    }
}

/// The round after some more accounts.
pub(super) fn counted(check: &DriftCheck, tally: Tally) -> DriftCheck {
    let round = check.round.clone().map(|round| DriftRound {
        checked: round.checked + tally.checked,
        failed: round.failed + tally.failed,
        drifted: round.drifted + tally.drifted,
        ..round
    });
    DriftCheck {
        round,
        ..check.clone()
    }
}

/// The round after the accounts of a page, which ends at `next`.
pub(super) fn turned(check: &DriftCheck, next: Option<String>) -> DriftCheck {
    let round = check.round.clone().map(|round| DriftRound {
        listed: next.is_none(),
        from: next,
        ..round
    });
    DriftCheck {
        round,
        ..check.clone()
    }
}

/// The check after its round.
pub(super) fn completed(check: &DriftCheck, now: Timestamp) -> DriftCheck {
    let completed = check.round.as_ref().map(|round| CompletedDriftRound {
        started_at: round.started_at,
        completed_at: now,
        checked: round.checked,
        failed: round.failed,
        drifted: round.drifted,
    });
    DriftCheck {
        round: None,
        last_completed: completed.or_else(|| check.last_completed.clone()),
        ..check.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn hours(hours: i64) -> Timestamp {
        NOW + SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_round_begins_once_a_day_or_when_it_is_asked_for() {
        let new = DriftCheck::default();
        assert!(!is_due(&new, NOW, (false, hours(23))));
        assert!(is_due(&new, NOW, (true, hours(23))));
        assert!(is_due(&new, NOW, (false, hours(24))));
        let under_way = begun(&new, hours(24));
        assert!(!is_due(&under_way, NOW, (true, hours(90))));
        let done = completed(&under_way, hours(26));
        assert!(!is_due(&done, NOW, (false, hours(47))));
        assert!(is_due(&done, NOW, (false, hours(48))));
        assert!(is_due(&done, NOW, (true, hours(26))));
    }

    #[test]
    fn a_round_counts_what_its_pages_found() {
        let tally = |checked, failed, drifted| Tally {
            checked,
            failed,
            drifted,
        };
        let check = begun(&DriftCheck::default(), NOW);
        let check = turned(&counted(&check, tally(4, 0, 2)), Some("next".to_owned()));
        assert!(!check.round.as_ref().unwrap().listed);
        let check = turned(&counted(&check, tally(3, 1, 0)), None);
        assert!(check.round.as_ref().unwrap().listed);
        let check = completed(&check, hours(1));
        let completed = check.last_completed.unwrap();
        assert_eq!(
            (completed.checked, completed.failed, completed.drifted),
            (7, 1, 2)
        );
        assert_eq!(
            (completed.started_at, completed.completed_at),
            (NOW, hours(1))
        );
        assert_eq!(check.round, None);
    }
}
