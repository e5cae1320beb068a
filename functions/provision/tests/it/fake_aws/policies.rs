//! Customer managed policies and their versions.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::query::{self, Parameters, encode};
use super::{Answer, Refused, Session, State};

/// IAM's quota.
const MOST_VERSIONS: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ManagedPolicy {
    pub(crate) tags: BTreeMap<String, String>,
    /// Documents by number.
    pub(crate) versions: BTreeMap<u32, String>,
    pub(crate) default: u32,
    pub(crate) created: Timestamp,
}

impl ManagedPolicy {
    pub(crate) fn new(document: &str, tags: BTreeMap<String, String>, created: Timestamp) -> Self {
        Self {
            tags,
            versions: BTreeMap::from([(1, document.to_owned())]),
            default: 1,
            created,
        }
    }

    /// The document that counts.
    pub(crate) fn document(&self) -> &str {
        &self.versions[&self.default]
    }
}

impl State {
    pub(super) fn policy(
        &mut self,
        session: &Session,
        operation: &str,
        parameters: &Parameters,
    ) -> Answer {
        let arn = parameters.get("PolicyArn").to_owned();
        if operation == "CreatePolicy" {
            return self.create_policy(session, parameters);
        }
        if arn.starts_with("arn:aws:iam::aws:") {
            return if self.has_policy(session, &arn) {
                Ok(format!("<Policy><Arn>{arn}</Arn></Policy>"))
            } else {
                Err(missing(&arn))
            };
        }
        let uses = self.uses(session, &arn);
        let (now, lag) = (self.clock.now(), self.lag);
        let account = self.accounts.get_mut(&session.account).unwrap();
        let Some(policy) = account.policies.get_mut(&arn) else {
            return Err(missing(&arn));
        };
        match operation {
            "GetPolicy" if now < policy.created + lag => Err(missing(&arn)),
            "GetPolicy" => Ok(describe(&arn, policy, uses)),
            "DeletePolicy" if uses != (0, 0) || policy.versions.len() > 1 => {
                Err((409, "DeleteConflict", "It is in use.".to_owned()))
            }
            "DeletePolicy" => {
                account.policies.remove(&arn);
                Ok(String::new())
            }
            _ => on_versions(policy, operation, parameters),
        }
    }

    fn create_policy(&mut self, session: &Session, parameters: &Parameters) -> Answer {
        let now = self.clock.now();
        let (path, name) = (parameters.get("Path"), parameters.get("PolicyName"));
        let arn = format!("arn:aws:iam::{}:policy{path}{name}", session.account);
        let document = parameters.get("PolicyDocument");
        check(document)?;
        let account = self.accounts.get_mut(&session.account).unwrap();
        let tail = format!("/{name}");
        if account.policies.keys().any(|taken| taken.ends_with(&tail)) {
            let message =
                format!("A policy called {name} already exists. Duplicate names are not allowed.");
            return Err((409, "EntityAlreadyExists", message));
        }
        let policy = ManagedPolicy::new(document, parameters.tags(), now);
        let answer = describe(&arn, &policy, (0, 0));
        account.policies.insert(arn, policy);
        Ok(answer)
    }

    pub(super) fn has_policy(&self, session: &Session, arn: &str) -> bool {
        let aws = arn.starts_with("arn:aws:iam::aws:policy/") && !arn.contains("Missing");
        let known = self.accounts[&session.account].policies.get(arn);
        aws || known.is_some_and(|policy| self.clock.now() >= policy.created + self.propagation)
    }

    /// How many roles have it, and how many it bounds.
    fn uses(&self, session: &Session, arn: &str) -> (usize, usize) {
        let roles = || self.accounts[&session.account].roles.values();
        (
            roles().filter(|role| role.attached.contains(arn)).count(),
            roles()
                .filter(|role| role.boundary.as_deref() == Some(arn))
                .count(),
        )
    }
}

fn on_versions(policy: &mut ManagedPolicy, operation: &str, parameters: &Parameters) -> Answer {
    let number = parameters.get("VersionId").trim_start_matches('v').parse();
    let number: u32 = number.unwrap_or_default();
    match operation {
        "GetPolicyVersion" => {
            let document = policy.versions.get(&number);
            let document = document.ok_or_else(|| missing("version"))?;
            Ok(format!(
                "<PolicyVersion><Document>{}</Document><VersionId>v{number}</VersionId></PolicyVersion>",
                encode(document)
            ))
        }
        "ListPolicyVersions" => {
            let member = |number: &u32| {
                let is_default = *number == policy.default;
                format!(
                    "<member><VersionId>v{number}</VersionId><IsDefaultVersion>{is_default}</IsDefaultVersion></member>"
                )
            };
            // Newest first, as IAM does.
            let members: String = policy.versions.keys().rev().map(member).collect();
            Ok(format!(
                "<Versions>{members}</Versions><IsTruncated>false</IsTruncated>"
            ))
        }
        "CreatePolicyVersion" if policy.versions.len() >= MOST_VERSIONS => {
            let message = "A managed policy can have up to 5 versions.".to_owned();
            Err((409, "LimitExceeded", message))
        }
        "CreatePolicyVersion" => {
            let document = parameters.get("PolicyDocument");
            check(document)?;
            let next = policy.versions.keys().max().unwrap() + 1;
            policy.versions.insert(next, document.to_owned());
            if parameters.get("SetAsDefault") == "true" {
                policy.default = next;
            }
            Ok(format!(
                "<PolicyVersion><VersionId>v{next}</VersionId></PolicyVersion>"
            ))
        }
        "DeletePolicyVersion" if number == policy.default => {
            Err((409, "DeleteConflict", "It is the default.".to_owned()))
        }
        "DeletePolicyVersion" => {
            let removed = policy.versions.remove(&number);
            removed
                .map(|_| String::new())
                .ok_or_else(|| missing("version"))
        }
        other => panic!("{other} is no operation on versions"),
    }
}

fn check(document: &str) -> Result<(), Refused> {
    let read = serde_json::from_str::<serde_json::Value>(document);
    let message = |_| "Syntax errors in policy.".to_owned();
    read.map(drop)
        .map_err(|error| (400, "MalformedPolicyDocument", message(error)))
}

fn missing(what: &str) -> Refused {
    (404, "NoSuchEntity", format!("Policy {what} was not found."))
}

fn describe(arn: &str, policy: &ManagedPolicy, (attached, bounding): (usize, usize)) -> String {
    format!(
        "<Policy><Arn>{arn}</Arn><DefaultVersionId>v{}</DefaultVersionId><AttachmentCount>{attached}</AttachmentCount>\
         <PermissionsBoundaryUsageCount>{bounding}</PermissionsBoundaryUsageCount><Tags>{}</Tags></Policy>",
        policy.default,
        query::tags(&policy.tags)
    )
}
