//! The service role, as which Vestibule works in an account: looked at, and made.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use jiff::Timestamp;
use serde_json::json;
use vestibule_shared::arn;

use super::policies::{permissions, trust, version};
use crate::calls::{Call, CallError, ENTITY_ALREADY_EXISTS, NO_SUCH_ENTITY};
use crate::error::Error;
use crate::failure::Failure;
use crate::iam;
use crate::reconcile::{INSTANCE_TAG, POLICY_TAG};
use crate::turn::Turn;

const POLICY_NAME: &str = "VestibuleServicePolicy";
const DESCRIPTION: &str = "Vestibule makes and removes the roles of permission sets as this role";

/// How the service role that let us in stands to the one we would make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The same, or one that somebody else takes care of, such as a `StackSet`.
    Current,
    /// Made by another version of Vestibule, with other permissions.
    Outdated,
    /// Not there. AWS would have let nobody in; emulators of it do.
    Missing,
}

/// Looks at the service role as itself.
pub(super) async fn standing(turn: &Turn<'_>, client: &Client) -> Result<Standing, Error> {
    let call = || client.get_role().role_name(arn::SERVICE_ROLE_NAME).send();
    let answer = match turn.ask("iam:GetRole", Call::PLAIN, call).await {
        Ok(answer) => answer,
        Err(error) if error.is(NO_SUCH_ENTITY) => return Ok(Standing::Missing),
        Err(CallError::Refused(..)) => {
            // Perhaps its policy was put a moment ago, and perhaps it was never to look at itself.
            turn.made(turn.context.clock.now());
            return Ok(Standing::Current);
        }
        Err(other) => return Err(turn.error(other)),
    };
    let Some(role) = answer.role else {
        return Ok(Standing::Current);
    };
    if let Ok(moment) = Timestamp::from_second(role.create_date.secs()) {
        turn.made(moment);
    }
    let policy = permissions(&turn.identity.instance, &turn.account);
    let given = iam::tag_value(role.tags(), POLICY_TAG);
    Ok(if given.is_some_and(|given| given != version(&policy)) {
        Standing::Outdated
    } else {
        Standing::Current
    })
}

/// Makes the service role, or makes it again as it should be, as the bootstrap role.
///
/// Until its permissions are there it lets nobody in, so that a role that was left half made is not taken for a whole one.
pub(super) async fn make(turn: &Turn<'_>, client: &Client) -> Result<(), Error> {
    let instance = &turn.identity.instance;
    let policy = permissions(instance, &turn.account);
    let tags = iam::tags([
        (INSTANCE_TAG, instance.id.as_str()),
        (POLICY_TAG, &version(&policy)),
    ]);
    let subject = json!({ "accountId": turn.account, "roleName": arn::SERVICE_ROLE_NAME });
    turn.record_own("CreateServiceRole", subject).await?;

    let existed = create((turn, client), &tags).await? == Created::Existed;
    turn.made(turn.context.clock.now());
    permit((turn, client), &policy).await?;
    open((turn, client)).await?;
    if existed {
        // Last: the tag says that all the rest is there.
        tag((turn, client), &tags).await?;
    }
    Ok(())
}

/// Whether the role was made or was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Created {
    New,
    Existed,
}

async fn create((turn, client): (&Turn<'_>, &Client), tags: &[Tag]) -> Result<Created, Error> {
    let send = || {
        client
            .create_role()
            .role_name(arn::SERVICE_ROLE_NAME)
            .path(arn::ROLE_PATH)
            .description(DESCRIPTION)
            .assume_role_policy_document(trust(&turn.identity.instance, "Deny"))
            .set_tags(Some(tags.to_vec()))
            .send()
    };
    match turn.ask("iam:CreateRole", Call::PLAIN, send).await {
        Ok(_) => Ok(Created::New),
        Err(error) if error.is(ENTITY_ALREADY_EXISTS) => {
            // IAM may not know it everywhere, where it was made a moment ago by somebody who died.
            turn.made(turn.context.clock.now());
            check_ours(turn, client).await?;
            Ok(Created::Existed)
        }
        Err(other) => Err(turn.error(other)),
    }
}

async fn permit((turn, client): (&Turn<'_>, &Client), policy: &str) -> Result<(), Error> {
    let send = || {
        let call = client.put_role_policy().role_name(arn::SERVICE_ROLE_NAME);
        call.policy_name(POLICY_NAME).policy_document(policy).send()
    };
    let done = turn.ask("iam:PutRolePolicy", Call::ON_ROLE, send).await;
    done.map(drop).map_err(|error| turn.error(error))
}

async fn open((turn, client): (&Turn<'_>, &Client)) -> Result<(), Error> {
    let send = || {
        let call = client.update_assume_role_policy();
        call.role_name(arn::SERVICE_ROLE_NAME)
            .policy_document(trust(&turn.identity.instance, "Allow"))
            .send()
    };
    let operation = "iam:UpdateAssumeRolePolicy";
    let done = turn.ask(operation, Call::ON_ROLE, send).await;
    done.map(drop).map_err(|error| turn.error(error))
}

async fn tag((turn, client): (&Turn<'_>, &Client), tags: &[Tag]) -> Result<(), Error> {
    let send = || {
        let call = client.tag_role().role_name(arn::SERVICE_ROLE_NAME);
        call.set_tags(Some(tags.to_vec())).send()
    };
    let done = turn.ask("iam:TagRole", Call::ON_ROLE, send).await;
    done.map(drop).map_err(|error| turn.error(error))
}

/// The role that has the service role's name must be one that we may change.
async fn check_ours(turn: &Turn<'_>, client: &Client) -> Result<(), Error> {
    let instance = &turn.identity.instance;
    let look = || client.get_role().role_name(arn::SERVICE_ROLE_NAME).send();
    let answer = turn.ask("iam:GetRole", Call::ON_ROLE, look).await;
    let role = answer.map_err(|error| turn.error(error))?.role;
    let ours = role.is_some_and(|role| {
        role.path() == arn::ROLE_PATH
            && iam::tag_value(role.tags(), INSTANCE_TAG) == Some(instance.id.as_str())
    });
    if ours {
        Ok(())
    } else {
        let what = format!(
            "a role {} that refuses Vestibule and",
            arn::SERVICE_ROLE_NAME
        );
        Err(Failure::not_ours(&turn.account, &what, &instance.id).into())
    }
}
