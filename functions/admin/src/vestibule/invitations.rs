//! `InviteUser` and `CreatePasswordResetLink`: a link with which a user chooses a password. Whoever has the link can take
//! the user's place, so that a helpdesk makes none for users who could undo everything.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::ids::UserId;
use vestibule_shared::management_account;
use vestibule_shared::store::directory::{Claim, User};
use vestibule_shared::store::keys::Role;

use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;
use crate::invitation::{INVITATION_VALIDITY, Link};

/// A reset is asked for when it is needed.
const RESET_VALIDITY: SignedDuration = SignedDuration::from_hours(1);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    user_id: Option<String>,
    user_name: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    user_id: UserId,
    link: String,
    expires_date: Epoch,
}

pub(super) async fn invite(call: &Call<'_>, request: Request) -> Result<Response, Error> {
    link(call, request, INVITATION_VALIDITY).await
}

pub(super) async fn reset(call: &Call<'_>, request: Request) -> Result<Response, Error> {
    link(call, request, RESET_VALIDITY).await
}

async fn link(
    call: &Call<'_>,
    request: Request,
    validity: SignedDuration,
) -> Result<Response, Error> {
    let user = find(call, request).await?;
    let role = call.caller.role();
    let account = &call.instance.management_account;
    let stores = (&call.context.directory, &call.context.access);
    if role == Role::Helpdesk && management_account::is_assigned(stores, account, &user.id).await? {
        let refused = call
            .record(json!({ "userId": user.id }))
            .error("AccessDenied");
        call.context.audit.write(&refused).await?;
        return Err(Error::access_denied(
            "The user is assigned to the management account. Only an administrator can let them choose a password.",
        ));
    }
    if !user.active {
        return Err(Error::conflict(
            "The user is disabled, and could not use the link.",
        ));
    }
    let link = Link::new(call.context, (&user.id, call.now), validity).by(role);
    let record = call.record(json!({ "userId": user.id, "linkId": link.id() }));
    let url = link
        .write(call.context, call.instance, call.recorded(&record))
        .await?;
    Ok(Response {
        user_id: user.id,
        link: url,
        expires_date: Epoch(call.now + validity),
    })
}

async fn find(call: &Call<'_>, request: Request) -> Result<User, Error> {
    let missing = || Error::not_found("The user was not found.");
    let directory = &call.context.directory;
    let id = match (request.user_id, request.user_name) {
        (Some(id), None) => UserId::parse(&id.to_ascii_lowercase()).map_err(|_| missing())?,
        (None, Some(name)) => {
            let found = directory.find_user_id(&Claim::UserName(name)).await?;
            found.ok_or_else(missing)?
        }
        _ => return Err(Error::validation("Give either UserId or UserName.")),
    };
    directory.find_user(&id).await?.ok_or_else(missing)
}
