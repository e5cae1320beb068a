//! `ListSessions`, `EndSession` and `EndSessions`: where a user is signed in, and how to end that. It ends what a session
//! could still open; credentials that an account gave before stay valid there until they expire.

use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::ids::UserId;
use vestibule_shared::store::directory::User;
use vestibule_shared::store::sessions::{SessionKind, SessionSummary};
use vestibule_shared::store::{self, Transaction};

use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;
use crate::operations::Nothing;
use crate::paging::{Listed, Paging};
use crate::sso_admin::retry;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    user_id: String,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    sessions: Vec<Session>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Session {
    #[serde(rename = "SessionId")]
    id: String,
    #[serde(rename = "Type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    signed_in_date: Epoch,
    created_date: Epoch,
    expires_date: Epoch,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EndRequest {
    user_id: String,
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EndAllRequest {
    user_id: String,
}

pub(super) async fn list(call: &Call<'_>, request: ListRequest) -> Result<ListResponse, Error> {
    let user = &find_user(call, &request.user_id).await?;
    let sessions = &call.context.sessions;
    let listed = request.paging.gather(|limit, from| async move {
        sessions
            .list_sessions((user, call.now), limit, from.as_ref())
            .await
    });
    let Listed { items, next_token } = listed.await?;
    Ok(ListResponse {
        sessions: items.into_iter().map(Session::from).collect(),
        next_token,
    })
}

pub(super) async fn end(call: &Call<'_>, request: EndRequest) -> Result<Nothing, Error> {
    let user = find_user(call, &request.user_id).await?;
    let record = call.record(json!({ "userId": user.id, "sessionId": request.session_id }));
    let sessions = &call.context.sessions;
    let named = (&user.id, request.session_id.as_str());
    match sessions.end_listed(named, call.recorded(&record)).await {
        Ok(()) => Ok(Nothing {}),
        Err(store::Error::NotFound(_)) => {
            Err(Error::not_found("The user has no session of this id."))
        }
        Err(error) => Err(error.into()),
    }
}

/// The user's own item says since when sessions count, so this ends those that are not listed yet as well.
pub(super) async fn end_all(call: &Call<'_>, request: EndAllRequest) -> Result<Nothing, Error> {
    let id = &request.user_id;
    retry(|| async move {
        let user = find_user(call, id).await?;
        let record = call.record(json!({ "userId": user.id }));
        let mut transaction = Transaction::new();
        let directory = &call.context.directory;
        directory.end_sessions(&mut transaction, (&user, call.now))?;
        Ok(call.context.audit.commit(transaction, &record).await?)
    })
    .await?;
    Ok(Nothing {})
}

async fn find_user(call: &Call<'_>, id: &str) -> Result<User, Error> {
    let missing = || Error::not_found("The user was not found.");
    let id = UserId::parse(&id.to_ascii_lowercase()).map_err(|_| missing())?;
    let found = call.context.directory.find_user(&id).await?;
    found.ok_or_else(missing)
}

impl From<SessionSummary> for Session {
    fn from(summary: SessionSummary) -> Self {
        Self {
            id: summary.id,
            kind: match summary.kind {
                SessionKind::Portal => "PORTAL",
                SessionKind::Program => "PROGRAM",
                SessionKind::Application => "APPLICATION",
            },
            client_name: summary.client_name,
            source_ip_address: summary.address,
            user_agent: summary.user_agent,
            signed_in_date: Epoch(summary.authenticated_at),
            created_date: Epoch(summary.created_at),
            expires_date: Epoch(summary.expires_at),
        }
    }
}
