//! Customer managed policies that are made in an account from documents: kept as the documents say, and deleted when nothing
//! uses them any more. One that does not carry the instance's tag is never changed. IAM API reference, `CreatePolicy`,
//! `CreatePolicyVersion`, `DeletePolicy`.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Policy;
use serde_json::{Value, json};

use super::change::gone;
use super::{read, rivals, tag_value, tags, with};
use crate::calls::{Call, CallError, DELETE_CONFLICT, NO_SUCH_ENTITY};
use crate::error::Error;
use crate::reconcile::{
    FoundPolicy, INSTANCE_TAG, PERMISSION_SET_TAG, PolicyChange, PolicyVersion, WantedPolicy,
    plan_policy, superfluous_version,
};
use crate::turn::Turn;

/// How often is looked whether a policy is still used: what used it may have gone a moment ago.
const LOOKS: u32 = 3;

/// Makes policies as they are wanted, by ARN, where nobody else has made them.
pub(crate) async fn keep_policies(
    (turn, client): (&Turn<'_>, &Client),
    wanted: &BTreeMap<String, WantedPolicy>,
    subject: &Value,
) -> Result<(), Error> {
    for (arn, wanted) in wanted {
        let policy = PolicyInChange {
            turn,
            client,
            arn,
            subject,
        };
        turn.until_consistent(|| policy.keep(wanted)).await?;
    }
    Ok(())
}

/// The ARNs of those policies that [`keep_policies`] would make or change.
pub(crate) async fn differing_policies(
    (turn, client): (&Turn<'_>, &Client),
    wanted: &BTreeMap<String, WantedPolicy>,
) -> Result<Vec<String>, CallError> {
    let mut differing = Vec::new();
    for (arn, wanted) in wanted {
        let policy = PolicyInChange {
            turn,
            client,
            arn,
            subject: &Value::Null,
        };
        if policy.planned(wanted).await?.is_some() {
            differing.push(arn.clone());
        }
    }
    Ok(differing)
}

/// Deletes those of the policies with these ARNs that are ours and that nothing uses any more.
pub(crate) async fn delete_policies(
    (turn, client): (&Turn<'_>, &Client),
    arns: &[String],
    subject: &Value,
) -> Result<(), Error> {
    for arn in arns {
        let policy = PolicyInChange {
            turn,
            client,
            arn,
            subject,
        };
        turn.until_consistent(|| policy.delete_unused()).await?;
    }
    Ok(())
}

struct PolicyInChange<'a> {
    turn: &'a Turn<'a>,
    client: &'a Client,
    arn: &'a str,
    subject: &'a Value,
}

impl PolicyInChange<'_> {
    async fn keep(&self, wanted: &WantedPolicy) -> Result<(), CallError> {
        match self.planned(wanted).await? {
            None => Ok(()),
            Some(PolicyChange::Create) => self.create(wanted).await,
            Some(PolicyChange::Revise { made_for }) => {
                rivals::refuse(self.turn, (self.arn, wanted), made_for.as_deref()).await?;
                self.revise(wanted).await
            }
        }
    }

    /// What is to be done with the policy. Only looks.
    async fn planned(&self, wanted: &WantedPolicy) -> Result<Option<PolicyChange>, CallError> {
        let found = match self.find().await? {
            None => None,
            Some(policy) if self.is_ours(&policy) => Some(FoundPolicy::Ours {
                document: self.document(&policy).await?,
                made_for: tag_value(policy.tags(), PERMISSION_SET_TAG).map(str::to_owned),
            }),
            Some(_) => Some(FoundPolicy::Foreign),
        };
        Ok(plan_policy(wanted, found.as_ref()))
    }

    async fn delete_unused(&self) -> Result<(), CallError> {
        for look in 0..LOOKS {
            let found = self.find().await?;
            let Some(policy) = found.filter(|policy| self.is_ours(policy)) else {
                return Ok(());
            };
            if !is_used(&policy) {
                match self.delete().await {
                    Err(error) if error.is(DELETE_CONFLICT) => {}
                    outcome => return outcome,
                }
            }
            if look + 1 < LOOKS && !self.turn.pause(look).await {
                break;
            }
        }
        // Somebody uses it: then it stays, and goes with the last role of ours that names it.
        tracing::info!(policy = self.arn, "a policy that is still used was left");
        Ok(())
    }

    async fn find(&self) -> Result<Option<Policy>, CallError> {
        let look = || self.client.get_policy().policy_arn(self.arn).send();
        match self.turn.ask("iam:GetPolicy", Call::PLAIN, look).await {
            Ok(answer) => Ok(answer.policy),
            Err(error) if error.is(NO_SUCH_ENTITY) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn is_ours(&self, policy: &Policy) -> bool {
        let instance = &self.turn.identity.instance.id;
        tag_value(policy.tags(), INSTANCE_TAG) == Some(instance.as_str())
    }

    /// What the version that counts says.
    async fn document(&self, policy: &Policy) -> Result<String, CallError> {
        let look = || {
            let call = self.client.get_policy_version().policy_arn(self.arn);
            call.set_version_id(policy.default_version_id.clone())
                .send()
        };
        let answer = self.turn.ask("iam:GetPolicyVersion", Call::PLAIN, look);
        let version = answer.await?.policy_version;
        let document = version.and_then(|version| version.document);
        Ok(read::decoded(&document.unwrap_or_default()))
    }

    async fn create(&self, wanted: &WantedPolicy) -> Result<(), CallError> {
        self.record("CreatePolicy").await?;
        let instance = self.turn.identity.instance.id.as_str();
        let tags = tags([
            (INSTANCE_TAG, instance),
            (PERMISSION_SET_TAG, wanted.permission_set.as_str()),
        ]);
        let send = || {
            self.client
                .create_policy()
                .path(&wanted.path)
                .policy_name(&wanted.name)
                .policy_document(&wanted.document)
                .set_tags(Some(tags.clone()))
                .send()
        };
        // Not repeated blindly: the answer to a second one would be that the name is taken.
        let created = self.turn.ask("iam:CreatePolicy", Call::FINAL, send).await;
        if matches!(created, Ok(_) | Err(CallError::Unanswered(..))) {
            self.turn.made(self.turn.context.clock.now());
        }
        created.map(drop)
    }

    async fn revise(&self, wanted: &WantedPolicy) -> Result<(), CallError> {
        let versions = self.versions().await?;
        self.record("CreatePolicyVersion").await?;
        if let Some(oldest) = superfluous_version(&versions) {
            self.delete_version(oldest).await?;
        }
        let send = || {
            self.client
                .create_policy_version()
                .policy_arn(self.arn)
                .policy_document(&wanted.document)
                .set_as_default(true)
                .send()
        };
        // Not repeated blindly: a second one would be one version more.
        let create = self.turn.ask("iam:CreatePolicyVersion", Call::FINAL, send);
        create.await.map(drop)
    }

    /// IAM deletes only a policy that has no other version than the one that counts.
    async fn delete(&self) -> Result<(), CallError> {
        let versions = self.versions().await?;
        self.record("DeletePolicy").await?;
        for version in versions.iter().filter(|version| !version.is_default) {
            self.delete_version(version).await?;
        }
        let send = || self.client.delete_policy().policy_arn(self.arn).send();
        gone(self.turn.ask("iam:DeletePolicy", Call::FINAL, send).await)
    }

    async fn versions(&self) -> Result<Vec<PolicyVersion>, CallError> {
        // IAM keeps five at most, so that there is one page.
        let list = || {
            self.client
                .list_policy_versions()
                .policy_arn(self.arn)
                .send()
        };
        let list = self.turn.ask("iam:ListPolicyVersions", Call::PLAIN, list);
        let versions = list.await?.versions.unwrap_or_default().into_iter();
        let version = |version: aws_sdk_iam::types::PolicyVersion| PolicyVersion {
            id: version.version_id.unwrap_or_default(),
            is_default: version.is_default_version,
        };
        Ok(versions.map(version).collect())
    }

    async fn delete_version(&self, version: &PolicyVersion) -> Result<(), CallError> {
        let send = || {
            let call = self.client.delete_policy_version().policy_arn(self.arn);
            call.version_id(&version.id).send()
        };
        let operation = "iam:DeletePolicyVersion";
        gone(self.turn.ask(operation, Call::FINAL, send).await)
    }

    async fn record(&self, event: &str) -> Result<(), Error> {
        let details = [("policyArn", json!(self.arn))];
        self.turn.record(event, with(self.subject, details)).await
    }
}

fn is_used(policy: &Policy) -> bool {
    let uses = [
        policy.attachment_count,
        policy.permissions_boundary_usage_count,
    ];
    uses.into_iter().flatten().any(|count| count > 0)
}
