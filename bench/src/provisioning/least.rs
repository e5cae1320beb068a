//! The fewest calls with which it can be done by somebody who knows what is in each account, and how long the limits alone
//! make them take with all accounts at once.

use std::collections::BTreeMap;

use super::limits::{IAM, LATENCY, Limit, STS};
use crate::figure::number;

/// What an account needs once, and for each role.
pub(super) struct Least {
    once: &'static [&'static str],
    each: &'static [&'static str],
}

/// Each role has one managed policy.
const ROLE: &[&str] = &["CreateRole", "AttachRolePolicy"];

impl Least {
    /// An account that has only the bootstrap role: in by that, the service role with its policy, in by that, the provider.
    pub(super) const NEW: Self = Self {
        once: &[
            "AssumeRole",
            "CreateRole",
            "PutRolePolicy",
            "AssumeRole",
            "CreateSAMLProvider",
        ],
        each: ROLE,
    };

    /// An account that has had roles before.
    pub(super) const KNOWN: Self = Self {
        once: &["AssumeRole"],
        each: ROLE,
    };

    /// Calls for an account with so many roles.
    pub(super) fn calls(&self, roles: usize) -> usize {
        self.once.len() + self.each.len() * roles
    }

    /// The same by operation.
    pub(super) fn operations(&self, roles: usize) -> BTreeMap<&'static str, usize> {
        let mut operations = BTreeMap::new();
        for operation in self.once {
            *operations.entry(*operation).or_default() += 1;
        }
        for operation in self.each {
            *operations.entry(*operation).or_default() += roles;
        }
        operations
    }

    /// Seconds for so many accounts at once.
    pub(super) fn seconds(&self, roles: usize, accounts: usize) -> f64 {
        let calls = self.calls(roles);
        let assumed = self.operations(roles).get("AssumeRole").copied();
        let assumed = assumed.unwrap_or_default();
        let on_the_way = number(calls) * LATENCY.as_secs_f64();
        on_the_way
            .max(limited(IAM, calls - assumed))
            .max(limited(STS, assumed * accounts))
    }
}

/// How long a full bucket makes so many calls take.
fn limited(limit: Limit, calls: usize) -> f64 {
    ((number(calls) - limit.burst) / limit.rate).max(0.0)
}
