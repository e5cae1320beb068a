//! `POST /token` — a program exchanges what it was granted for tokens (RFC 6749 §3.2; `CreateToken`). With `?aws_iam=t` it is
//! an application that does (`CreateTokenWithIAM`).

mod authorization_code;
mod device_code;
mod issue;
mod refresh_token;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use http::{HeaderMap, Method, Uri};
use serde::Deserialize;
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::store::audit::Origin;

use crate::error::Error;
use crate::oauth::{GrantType, Reason, Refusal};
use crate::{Context, body, token_with_iam};

/// The members of all grants; each takes its own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    grant_type: String,
    client_id: String,
    client_secret: String,
    device_code: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
}

/// A member that the grant needs.
fn required(member: Option<&String>) -> Result<&str, Refusal> {
    member
        .map(String::as_str)
        .ok_or(Reason::InvalidRequest.because("a member that this grant needs is missing"))
}

pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    (method, uri, headers): (Method, Uri, HeaderMap),
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let answer = if token_with_iam::is_meant(uri.query()) {
        let wire = (&method, &uri, &headers);
        Box::pin(token_with_iam::create(&context, &origin, wire, body)).await
    } else {
        create(&context, &origin, body).await
    };
    answer.unwrap_or_else(|error| context.refuse_oidc(&error))
}

async fn create(
    context: &Context,
    origin: &Origin,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Error> {
    let request: Request = body::parse(body)?;
    let grant_type = GrantType::parse(&request.grant_type)?;
    let now = context.clock.now();
    let keys = context.registrations.keys(now).await?;
    let client = keys.authenticate((&request.client_id, &request.client_secret), now)?;
    client.registration().may_use(grant_type)?;
    match grant_type {
        GrantType::AuthorizationCode => {
            authorization_code::redeem(context, (&client, origin), &request).await
        }
        GrantType::DeviceCode => device_code::redeem(context, (&client, origin), &request).await,
        GrantType::RefreshToken => {
            refresh_token::refresh(context, (&client, origin), (&keys, &request)).await
        }
    }
}
