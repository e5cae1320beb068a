//! Whose keys are known, since when, and when they are worth asking for again. Bounded in number and age.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::jwt::KeySet;

/// How long keys are used: no longer than this after an issuer has taken one back.
const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// How soon an issuer is asked again because a key is not known: anybody can make up key ids.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// How soon an issuer that did not answer is asked again.
const PAUSE_AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(5);
/// More than an instance may trust.
const MOST_ISSUERS: usize = 16;

/// Keys of issuers.
#[derive(Default)]
pub(super) struct Remembered {
    issuers: HashMap<String, Issuer>,
}

struct Issuer {
    asked_at: Timestamp,
    found: Option<(Arc<KeySet>, Timestamp)>,
}

/// What to do about an issuer's keys.
#[derive(Debug, PartialEq)]
pub(super) enum Plan {
    /// These will do.
    Use(Arc<KeySet>),
    /// Ask for them.
    Fetch,
    /// It was asked a moment ago, and did not answer.
    Wait,
}

impl Remembered {
    /// What to do about the keys of `issuer`, when one with `key_id` is wanted.
    pub(super) fn plan(&self, issuer: &str, key_id: Option<&str>, now: Timestamp) -> Plan {
        let Some(issuer) = self.issuers.get(issuer) else {
            return Plan::Fetch;
        };
        let since_asked = now.duration_since(issuer.asked_at);
        let fresh = issuer.found.as_ref();
        let fresh = fresh.filter(|(_, found_at)| now.duration_since(*found_at) < FRESH);
        match fresh {
            Some((keys, _)) if keys.knows(key_id) || since_asked < PAUSE => {
                Plan::Use(Arc::clone(keys))
            }
            None if since_asked < PAUSE_AFTER_FAILURE => Plan::Wait,
            Some(_) | None => Plan::Fetch,
        }
    }

    /// Remembers that `issuer` was asked at `now`, for whom another may be forgotten.
    pub(super) fn asked(&mut self, issuer: &str, now: Timestamp) {
        if let Some(known) = self.issuers.get_mut(issuer) {
            known.asked_at = now;
            return;
        }
        if self.issuers.len() >= MOST_ISSUERS {
            let oldest = self.issuers.iter().min_by_key(|(_, known)| known.asked_at);
            let oldest = oldest.map(|(url, _)| url.clone());
            oldest.and_then(|url| self.issuers.remove(&url));
        }
        let asked = Issuer {
            asked_at: now,
            found: None,
        };
        self.issuers.insert(issuer.to_owned(), asked);
    }

    /// Remembers what `issuer` answered.
    pub(super) fn found(&mut self, issuer: &str, found: (Arc<KeySet>, Timestamp)) {
        if let Some(known) = self.issuers.get_mut(issuer) {
            known.found = Some(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://a.example";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn keys() -> Arc<KeySet> {
        let point = "A".repeat(42) + "A";
        let set = format!(
            r#"{{"keys":[{{"kty":"EC","crv":"P-256","kid":"one","x":"{point}","y":"{point}"}}]}}"#
        );
        let keys = KeySet::parse(set.as_bytes()).unwrap();
        assert!(keys.knows(Some("one")));
        Arc::new(keys)
    }

    fn known() -> Remembered {
        let mut remembered = Remembered::default();
        remembered.asked(ISSUER, at(0));
        remembered.found(ISSUER, (keys(), at(0)));
        remembered
    }

    #[test]
    fn keys_are_used_for_ten_minutes() {
        let plan = |second| known().plan(ISSUER, Some("one"), at(second));
        assert_eq!(Remembered::default().plan(ISSUER, None, at(0)), Plan::Fetch);
        assert_eq!(plan(0), Plan::Use(keys()));
        assert_eq!(plan(599), Plan::Use(keys()));
        assert_eq!(plan(600), Plan::Fetch);
    }

    #[test]
    fn made_up_key_ids_do_not_make_us_ask_more_than_once_a_minute() {
        let mut remembered = known();
        let wanted = Some("made up");
        assert_eq!(remembered.plan(ISSUER, wanted, at(59)), Plan::Use(keys()));
        assert_eq!(remembered.plan(ISSUER, wanted, at(60)), Plan::Fetch);
        remembered.asked(ISSUER, at(60));
        remembered.found(ISSUER, (keys(), at(60)));
        assert_eq!(remembered.plan(ISSUER, wanted, at(61)), Plan::Use(keys()));
    }

    #[test]
    fn who_does_not_answer_is_left_alone_for_a_moment() {
        let mut remembered = Remembered::default();
        remembered.asked(ISSUER, at(0));
        assert_eq!(remembered.plan(ISSUER, None, at(4)), Plan::Wait);
        assert_eq!(remembered.plan(ISSUER, None, at(5)), Plan::Fetch);
        // Old keys are not used because there are no new ones.
        let mut remembered = known();
        remembered.asked(ISSUER, at(600));
        assert_eq!(remembered.plan(ISSUER, Some("one"), at(601)), Plan::Wait);
    }

    #[test]
    fn the_number_of_issuers_is_bounded() {
        let mut remembered = known();
        for second in 1..100 {
            remembered.asked(&format!("https://{second}.example"), at(second));
        }
        assert_eq!(remembered.issuers.len(), MOST_ISSUERS);
        assert!(!remembered.issuers.contains_key(ISSUER));
    }
}
