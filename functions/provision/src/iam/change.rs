//! One planned change, made.

use aws_sdk_iam::Client;

use crate::calls::{Call, CallError, NO_SUCH_ENTITY};
use crate::error::Error;
use crate::failure::Failure;
use crate::reconcile::{Change, INLINE_POLICY_NAME};
use crate::turn::Turn;

/// Makes `change` to the role called `name`.
pub(super) async fn make(
    (turn, client): (&Turn<'_>, &Client),
    name: &str,
    change: &Change,
) -> Result<(), CallError> {
    match change {
        Change::Create { .. } => create((turn, client), name, change).await,
        Change::UpdateTrust(trust) => {
            let send = || {
                let call = client.update_assume_role_policy().role_name(name);
                call.policy_document(trust).send()
            };
            let update = turn.ask("iam:UpdateAssumeRolePolicy", Call::NAMING_PRINCIPAL, send);
            update.await.map(drop)
        }
        Change::Update {
            description,
            max_session_seconds,
        } => {
            let send = || {
                let call = client
                    .update_role()
                    .role_name(name)
                    .description(description);
                call.max_session_duration(*max_session_seconds).send()
            };
            turn.ask("iam:UpdateRole", Call::ON_ROLE, send)
                .await
                .map(drop)
        }
        Change::Tag(tags) => {
            let tags = super::tags(
                tags.iter()
                    .map(|(key, value)| (key.as_str(), value.as_str())),
            );
            let send = || {
                client
                    .tag_role()
                    .role_name(name)
                    .set_tags(Some(tags.clone()))
                    .send()
            };
            turn.ask("iam:TagRole", Call::ON_ROLE, send).await.map(drop)
        }
        Change::Attach(policy) => attach((turn, client), name, policy).await,
        Change::PutInlinePolicy(document) => {
            let send = || {
                let call = client.put_role_policy().role_name(name);
                call.policy_name(INLINE_POLICY_NAME)
                    .policy_document(document)
                    .send()
            };
            turn.ask("iam:PutRolePolicy", Call::ON_ROLE, send)
                .await
                .map(drop)
        }
        Change::Detach(policy) => {
            let send = || {
                client
                    .detach_role_policy()
                    .role_name(name)
                    .policy_arn(policy)
                    .send()
            };
            gone(turn.ask("iam:DetachRolePolicy", Call::FINAL, send).await)
        }
        Change::DeleteInlinePolicy(policy) => {
            let send = || {
                client
                    .delete_role_policy()
                    .role_name(name)
                    .policy_name(policy)
                    .send()
            };
            gone(turn.ask("iam:DeleteRolePolicy", Call::FINAL, send).await)
        }
        Change::Delete => {
            let send = || client.delete_role().role_name(name).send();
            gone(turn.ask("iam:DeleteRole", Call::FINAL, send).await)
        }
    }
}

async fn create(
    (turn, client): (&Turn<'_>, &Client),
    name: &str,
    change: &Change,
) -> Result<(), CallError> {
    let Change::Create {
        trust,
        description,
        max_session_seconds,
        tags,
    } = change
    else {
        return Ok(());
    };
    let tags = super::tags(
        tags.iter()
            .map(|(key, value)| (key.as_str(), value.as_str())),
    );
    let description = Some(description).filter(|text| !text.is_empty());
    let send = || {
        client
            .create_role()
            .path(vestibule_shared::arn::ROLE_PATH)
            .role_name(name)
            .assume_role_policy_document(trust)
            .set_description(description.cloned())
            .max_session_duration(*max_session_seconds)
            .set_tags(Some(tags.clone()))
            .send()
    };
    turn.ask("iam:CreateRole", Call::NAMING_PRINCIPAL, send)
        .await?;
    turn.made(turn.context.clock.now());
    Ok(())
}

/// Attaches a managed policy. That "no such entity" is the answer for a policy that is not there as well as for a role that
/// was made a moment ago, so IAM is asked which of the two it is.
async fn attach(
    (turn, client): (&Turn<'_>, &Client),
    name: &str,
    policy: &str,
) -> Result<(), CallError> {
    let send = || {
        client
            .attach_role_policy()
            .role_name(name)
            .policy_arn(policy)
            .send()
    };
    let attached = turn.ask("iam:AttachRolePolicy", Call::PLAIN, send).await;
    match attached {
        Err(error) if error.is(NO_SUCH_ENTITY) => {}
        Err(CallError::Refused(_, refusal)) if refusal.code == "PolicyNotAttachable" => {
            return Err(missing(turn, policy));
        }
        outcome => return outcome.map(drop),
    }
    let look = || client.get_policy().policy_arn(policy).send();
    match turn.ask("iam:GetPolicy", Call::PLAIN, look).await {
        Err(error) if error.is(NO_SUCH_ENTITY) => return Err(missing(turn, policy)),
        // Nobody has to let us look: then the time for which a new role is waited for decides.
        Ok(_) | Err(CallError::Refused(..)) => {}
        Err(other) => return Err(other),
    }
    turn.ask("iam:AttachRolePolicy", Call::ON_ROLE, send)
        .await
        .map(drop)
}

fn missing(turn: &Turn<'_>, policy: &str) -> CallError {
    Error::from(Failure::no_policy(&turn.account, policy)).into()
}

/// What is gone already is as good as taken away.
fn gone<T>(outcome: Result<T, CallError>) -> Result<(), CallError> {
    match outcome {
        Err(error) if !error.is(NO_SUCH_ENTITY) => Err(error),
        _ => Ok(()),
    }
}
