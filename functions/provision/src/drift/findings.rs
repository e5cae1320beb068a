//! What one look at an account has found, and what that makes of what was known before. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::{Difference, Drift, DriftChanges, DriftSubject};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    differing: BTreeMap<DriftSubject, (String, Vec<Difference>)>,
    unknown: BTreeSet<DriftSubject>,
    /// Whether nothing but what differs was looked at.
    incomplete: bool,
}

impl Findings {
    /// Notes in what a subject differs, if in anything; `resource` is its ARN.
    pub(super) fn note(
        &mut self,
        subject: DriftSubject,
        resource: String,
        differences: Vec<Difference>,
    ) {
        if !differences.is_empty() {
            let (_, noted) = self
                .differing
                .entry(subject)
                .or_insert_with(|| (resource, Vec::new()));
            noted.extend(differences);
        }
    }

    /// Leaves what is known of a subject as it is.
    pub(super) fn leave(&mut self, subject: DriftSubject) {
        self.unknown.insert(subject);
    }

    /// Leaves what is known of everything that no difference was noted of as it is.
    pub(super) fn leave_the_rest(&mut self) {
        self.incomplete = true;
    }

    /// What changes of what was known, and how much differs then.
    pub(super) fn changes(
        self,
        account: &AccountId,
        known: &[Drift],
        now: Timestamp,
    ) -> (DriftChanges, u64) {
        let first: BTreeMap<&DriftSubject, Timestamp> = known
            .iter()
            .map(|drift| (&drift.subject, drift.first_found_at))
            .collect();
        let gone: Vec<DriftSubject> = known
            .iter()
            .map(|drift| drift.subject.clone())
            .filter(|subject| !self.differing.contains_key(subject))
            .filter(|subject| !self.incomplete && !self.unknown.contains(subject))
            .collect();
        let put: Vec<Drift> = self
            .differing
            .into_iter()
            .map(|(subject, (resource, differences))| Drift {
                account: account.clone(),
                first_found_at: first.get(&subject).copied().unwrap_or(now),
                subject,
                resource,
                differences,
                found_at: now,
            })
            .collect();
        let new = put
            .iter()
            .filter(|drift| !first.contains_key(&drift.subject))
            .count();
        let differing = known.len() - gone.len() + new;
        let changes = DriftChanges { put, delete: gone };
        (changes, u64::try_from(differing).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use vestibule_shared::ids::PermissionSetId;
    use vestibule_shared::store::access::DifferenceCode;

    use super::*;
    use crate::drift::differences::difference;

    const THEN: Timestamp = Timestamp::constant(1_800_000_000, 0);
    const NOW: Timestamp = Timestamp::constant(1_800_086_400, 0);

    fn account() -> AccountId {
        AccountId::parse("111111111111").unwrap()
    }

    fn set(digit: char) -> DriftSubject {
        let id = format!("ps-{}", digit.to_string().repeat(16));
        DriftSubject::PermissionSet(PermissionSetId::parse(&id).unwrap())
    }

    fn differing() -> Vec<Difference> {
        vec![difference(DifferenceCode::RoleMissing, "It is missing.")]
    }

    /// What was known then of three roles.
    fn known() -> Vec<Drift> {
        let drift = |subject| Drift {
            account: account(),
            subject,
            resource: "arn".to_owned(),
            differences: differing(),
            found_at: THEN,
            first_found_at: THEN,
        };
        ['a', 'b', 'c'].map(set).map(drift).to_vec()
    }

    #[test]
    fn what_still_differs_keeps_the_moment_it_was_first_seen_and_the_rest_goes() {
        let mut findings = Findings::default();
        findings.note(set('a'), "arn".to_owned(), differing());
        findings.note(set('d'), "arn".to_owned(), differing());
        findings.note(set('b'), "arn".to_owned(), Vec::new());
        findings.leave(set('c'));
        let (changes, differing) = findings.changes(&account(), &known(), NOW);
        let seen = changes.put.iter();
        let seen: Vec<_> = seen
            .map(|drift| (drift.subject.clone(), drift.first_found_at, drift.found_at))
            .collect();
        assert_eq!(seen, [(set('a'), THEN, NOW), (set('d'), NOW, NOW)]);
        assert_eq!(changes.delete, [set('b')]);
        assert_eq!(differing, 3);
    }

    #[test]
    fn where_the_account_does_not_let_us_look_what_was_known_stays() {
        let mut findings = Findings::default();
        findings.note(DriftSubject::Account, "arn".to_owned(), differing());
        findings.leave_the_rest();
        let (changes, differing) = findings.changes(&account(), &known(), NOW);
        assert_eq!(changes.put.len(), 1);
        assert!(changes.delete.is_empty());
        assert_eq!(differing, 4);
    }
}
