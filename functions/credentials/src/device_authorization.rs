//! `POST /device_authorization` — a program without a browser asks to be let in (RFC 8628 §3.1; `StartDeviceAuthorization`).

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use http::StatusCode;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::store;
use vestibule_shared::store::audit::{Actor, Origin};
use vestibule_shared::token::Token;

use crate::error::{Error, json};
use crate::grants::NewDevice;
use crate::oauth::poll::INTERVAL;
use crate::oauth::{Client, GrantType, Reason, UserCode};
use crate::{Context, body, throttle};

/// How long a person has to find their browser.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// How often another user code is tried when one is shown elsewhere.
const ATTEMPTS: usize = 3;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    client_id: String,
    client_secret: String,
    start_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    device_code: String,
    user_code: UserCode,
    verification_uri: String,
    verification_uri_complete: String,
    /// Seconds, as the other.
    expires_in: i64,
    interval: i64,
}

pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let answer = start(&context, &origin, body).await;
    answer.unwrap_or_else(|error| context.refuse_oidc(&error))
}

async fn start(
    context: &Context,
    origin: &Origin,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Error> {
    let request: Request = body::parse(body)?;
    let now = context.clock.now();
    let (instance, keys) = tokio::try_join!(context.instance(), context.registrations.keys(now))?;
    let client = keys.authenticate((&request.client_id, &request.client_secret), now)?;
    client.registration().may_use(GrantType::DeviceCode)?;
    if !instance.device_grant {
        return Err(switched_off().into());
    }
    if !instance.is_start_url(&request.start_url) {
        return Err(Error::Request("the start URL is not one of this instance"));
    }
    context
        .throttle_address(throttle::DEVICES, &origin.address)
        .await?;
    let (device_code, user_code) = context.begin_device(&client, origin).await?;
    let verification_uri = format!("{}/device", instance.public_origin);
    let answer = Answer {
        device_code: device_code.expose().to_owned(),
        verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
        user_code,
        verification_uri,
        expires_in: LIFETIME.as_secs(),
        interval: INTERVAL.as_secs(),
    };
    Ok(json(StatusCode::OK, &answer))
}

/// Why no device is let in where the administrator wants none.
pub(crate) const fn switched_off() -> crate::oauth::Refusal {
    Reason::UnauthorizedClient.because(
        "signing in with a device code is switched off here, sign in with a browser on the same machine",
    )
}

impl Context {
    /// Writes a device authorization under a user code that no other device shows.
    async fn begin_device(
        &self,
        client: &Client,
        origin: &Origin,
    ) -> Result<(Token, UserCode), Error> {
        let registration = client.registration();
        let record = self
            .record("StartDeviceAuthorization", &Actor::Unknown, origin)
            .parameters(json!({
                "clientName": registration.unverified_name,
                "clientFingerprint": client.fingerprint().as_str(),
            }));
        let (now, random) = self.moment();
        for _ in 0..ATTEMPTS {
            let (device_code, user_code) = (Token::generate(random), UserCode::generate(random));
            let device = NewDevice {
                client: client.fingerprint().clone(),
                unverified_client_name: registration.unverified_name.clone(),
                scopes: registration.scopes.clone(),
                user_code: user_code.clone(),
                address: origin.address.clone(),
                created_at: now,
                expires_at: now + LIFETIME,
            };
            let created = (&device_code.hash(), device);
            match self.grants().create_device(created, &record).await {
                Err(store::Error::AlreadyExists("the user code")) => {}
                outcome => return Ok(outcome.map(|()| (device_code, user_code))?),
            }
        }
        Err(Error::TooMany)
    }
}
