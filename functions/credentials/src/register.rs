//! `POST /client/register` — a program makes itself known (`RegisterClient`). Anybody may, so nothing is stored: the program
//! carries its registration itself.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use vestibule_shared::edge::ClientAddress;

use crate::error::{Error, json};
use crate::oauth::registration::Metadata;
use crate::{Context, body, throttle};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    client_id: String,
    client_secret: String,
    /// Epoch seconds, as the other.
    client_id_issued_at: i64,
    client_secret_expires_at: i64,
    authorization_endpoint: String,
    token_endpoint: String,
}

pub(crate) async fn handle(
    State(context): State<Context>,
    ClientAddress(address): ClientAddress,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let answer = register(&context, &address, body).await;
    answer.unwrap_or_else(|error| context.refuse_oidc(&error))
}

async fn register(
    context: &Context,
    address: &str,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Error> {
    let metadata: Metadata = body::parse(body)?;
    let (now, random) = context.moment();
    let registration = metadata.register(now.as_second(), random.hex::<8>())?;
    context
        .throttle_address(throttle::REGISTRATIONS, address)
        .await?;
    let (instance, keys) = tokio::try_join!(context.instance(), context.registrations.keys(now))?;
    let issuer = metadata.issuer_url.as_deref();
    if issuer.is_some_and(|url| !instance.is_start_url(url)) {
        return Err(Error::Request(
            "the issuer URL is not the start URL of this instance",
        ));
    }
    let (client_id, client_secret) = keys.issue(&registration);
    // Nothing changes, so there is no record: a line in the log must do.
    tracing::info!(
        address,
        name = registration.unverified_name,
        "client registered"
    );
    let origin = &instance.public_origin;
    let answer = Answer {
        client_id,
        client_secret,
        client_id_issued_at: registration.issued_at,
        client_secret_expires_at: registration.expires_at,
        authorization_endpoint: format!("{origin}/authorize"),
        token_endpoint: format!("{origin}/token"),
    };
    Ok(json(StatusCode::OK, &answer))
}
