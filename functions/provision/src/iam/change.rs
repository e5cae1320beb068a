//! One planned change of a role, made.

use std::error::Error as StdError;

use aws_sdk_iam::Client;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};

use crate::calls::{Call, CallError, NO_SUCH_ENTITY, POLICY_NOT_ATTACHABLE};
use crate::error::Error;
use crate::failure::Failure;
use crate::reconcile::{Change, INLINE_POLICY_NAME, NewRole, WantedRole};
use crate::turn::Turn;

/// A role that is being changed.
pub(super) struct RoleInChange<'a> {
    pub(super) turn: &'a Turn<'a>,
    pub(super) client: &'a Client,
    pub(super) name: &'a str,
    /// What it is to become; `None` when it is to go.
    pub(super) wanted: Option<&'a WantedRole>,
}

impl RoleInChange<'_> {
    /// Makes `change`.
    pub(super) async fn make(&self, change: &Change) -> Result<(), CallError> {
        match change {
            Change::Create(new) => self.create(new).await,
            Change::UpdateTrust(trust) => self.update_trust(trust).await,
            Change::Update {
                description,
                max_session_seconds,
            } => self.update(description, *max_session_seconds).await,
            Change::Tag(tags) => self.tag(super::tag_list(tags)).await,
            Change::PutBoundary(policy) => self.put_boundary(policy).await,
            Change::Attach(policy) => self.attach(policy).await,
            Change::PutInlinePolicy(document) => self.put_inline_policy(document).await,
            Change::DeleteBoundary => self.delete_boundary().await,
            Change::Detach(policy) => self.detach(policy).await,
            Change::DeleteInlinePolicy(policy) => self.delete_inline_policy(policy).await,
            Change::Delete => self.delete().await,
        }
    }

    /// Looks for all policies that a role which is there is to get, so that one that is missing is known before anything is
    /// changed: people keep what they have.
    pub(super) async fn look_for_policies(&self, changes: &[Change]) -> Result<(), CallError> {
        if matches!(changes, [Change::Create(_), ..]) {
            return Ok(());
        }
        for change in changes {
            if let Change::Attach(policy) | Change::PutBoundary(policy) = change
                && !self.is_made_here(policy)
            {
                self.look_for(policy).await?;
            }
        }
        Ok(())
    }

    async fn create(&self, new: &NewRole) -> Result<(), CallError> {
        let tags = super::tag_list(&new.tags);
        let description = Some(&new.description).filter(|text| !text.is_empty());
        let send = || {
            self.client
                .create_role()
                .path(vestibule_shared::arn::ROLE_PATH)
                .role_name(self.name)
                .assume_role_policy_document(&new.trust)
                .set_description(description.cloned())
                .max_session_duration(new.max_session_seconds)
                .set_permissions_boundary(new.boundary.clone())
                .set_tags(Some(tags.clone()))
                .send()
        };
        let operation = "iam:CreateRole";
        let (first, again) = (Call::NAMING_PROVIDER, Call::NAMING_PRINCIPAL);
        match &new.boundary {
            Some(policy) => {
                let naming = Naming {
                    policy,
                    first,
                    again,
                };
                self.ask_naming(operation, naming, send).await?;
            }
            None => drop(self.turn.ask(operation, again, send).await?),
        }
        self.turn.made(self.turn.context.clock.now());
        Ok(())
    }

    async fn update_trust(&self, trust: &str) -> Result<(), CallError> {
        let send = || {
            let call = self.client.update_assume_role_policy();
            call.role_name(self.name).policy_document(trust).send()
        };
        let operation = "iam:UpdateAssumeRolePolicy";
        let update = self.turn.ask(operation, Call::NAMING_PRINCIPAL, send);
        update.await.map(drop)
    }

    async fn update(&self, description: &str, max_session_seconds: i32) -> Result<(), CallError> {
        let send = || {
            let call = self.client.update_role().role_name(self.name);
            call.description(description)
                .max_session_duration(max_session_seconds)
                .send()
        };
        let update = self.turn.ask("iam:UpdateRole", Call::ON_ROLE, send);
        update.await.map(drop)
    }

    async fn tag(&self, tags: Vec<aws_sdk_iam::types::Tag>) -> Result<(), CallError> {
        let send = || {
            let call = self.client.tag_role().role_name(self.name);
            call.set_tags(Some(tags.clone())).send()
        };
        let tag = self.turn.ask("iam:TagRole", Call::ON_ROLE, send);
        tag.await.map(drop)
    }

    async fn put_boundary(&self, policy: &str) -> Result<(), CallError> {
        let send = || {
            let call = self.client.put_role_permissions_boundary();
            call.role_name(self.name)
                .permissions_boundary(policy)
                .send()
        };
        let naming = Naming::on_role(policy);
        self.ask_naming("iam:PutRolePermissionsBoundary", naming, send)
            .await
    }

    async fn attach(&self, policy: &str) -> Result<(), CallError> {
        let send = || {
            let call = self.client.attach_role_policy().role_name(self.name);
            call.policy_arn(policy).send()
        };
        let naming = Naming::on_role(policy);
        self.ask_naming("iam:AttachRolePolicy", naming, send).await
    }

    async fn put_inline_policy(&self, document: &str) -> Result<(), CallError> {
        let send = || {
            let call = self.client.put_role_policy().role_name(self.name);
            call.policy_name(INLINE_POLICY_NAME)
                .policy_document(document)
                .send()
        };
        let put = self.turn.ask("iam:PutRolePolicy", Call::ON_ROLE, send);
        put.await.map(drop)
    }

    async fn delete_boundary(&self) -> Result<(), CallError> {
        let send = || {
            let call = self.client.delete_role_permissions_boundary();
            call.role_name(self.name).send()
        };
        let operation = "iam:DeleteRolePermissionsBoundary";
        gone(self.turn.ask(operation, Call::FINAL, send).await)
    }

    async fn detach(&self, policy: &str) -> Result<(), CallError> {
        let send = || {
            let call = self.client.detach_role_policy().role_name(self.name);
            call.policy_arn(policy).send()
        };
        let operation = "iam:DetachRolePolicy";
        gone(self.turn.ask(operation, Call::FINAL, send).await)
    }

    async fn delete_inline_policy(&self, policy: &str) -> Result<(), CallError> {
        let send = || {
            let call = self.client.delete_role_policy().role_name(self.name);
            call.policy_name(policy).send()
        };
        let operation = "iam:DeleteRolePolicy";
        gone(self.turn.ask(operation, Call::FINAL, send).await)
    }

    async fn delete(&self) -> Result<(), CallError> {
        let send = || self.client.delete_role().role_name(self.name).send();
        gone(self.turn.ask("iam:DeleteRole", Call::FINAL, send).await)
    }

    /// Makes a call that names a managed policy. That "no such entity" is the answer for a policy that is not there as well
    /// as for a role that was made a moment ago, so IAM is asked which of the two it is.
    async fn ask_naming<T, E, F>(
        &self,
        operation: &'static str,
        naming: Naming<'_>,
        send: impl Fn() -> F,
    ) -> Result<(), CallError>
    where
        E: ProvideErrorMetadata + StdError + 'static,
        F: Future<Output = Result<T, SdkError<E>>>,
    {
        let policy = naming.policy;
        // A policy of our own making was there a moment ago.
        if !self.is_made_here(policy) {
            let answer = self.turn.ask(operation, naming.first, &send).await;
            match answer {
                Err(error) if error.is(NO_SUCH_ENTITY) => self.look_for(policy).await?,
                Err(error) if error.is(POLICY_NOT_ATTACHABLE) => return Err(self.missing(policy)),
                outcome => return outcome.map(drop),
            }
        }
        self.turn.ask(operation, naming.again, send).await.map(drop)
    }

    fn is_made_here(&self, policy: &str) -> bool {
        self.wanted
            .is_some_and(|wanted| wanted.documents.contains_key(policy))
    }

    async fn look_for(&self, policy: &str) -> Result<(), CallError> {
        let look = || self.client.get_policy().policy_arn(policy).send();
        match self.turn.ask("iam:GetPolicy", Call::PLAIN, look).await {
            Err(error) if error.is(NO_SUCH_ENTITY) => Err(self.missing(policy)),
            // Nobody has to let us look: then the time for which a new role is waited for decides.
            Ok(_) | Err(CallError::Refused(..)) => Ok(()),
            Err(other) => Err(other),
        }
    }

    fn missing(&self, policy: &str) -> CallError {
        Error::from(Failure::no_policy(&self.turn.account, policy)).into()
    }
}

/// How a call that names a policy is made: before it is known that the policy is there, and after.
struct Naming<'a> {
    policy: &'a str,
    first: Call,
    again: Call,
}

impl<'a> Naming<'a> {
    fn on_role(policy: &'a str) -> Self {
        Self {
            policy,
            first: Call::PLAIN,
            again: Call::ON_ROLE,
        }
    }
}

/// What is gone already is as good as taken away.
pub(super) fn gone<T>(outcome: Result<T, CallError>) -> Result<(), CallError> {
    match outcome {
        Err(error) if !error.is(NO_SUCH_ENTITY) => Err(error),
        _ => Ok(()),
    }
}
