//! `GET /authorize` — a program sends a person's browser here to be let in (RFC 6749 §4.1.1). Until the redirect URI is
//! known to be the program's, a fault is a page; after that, it goes there (§4.1.2.1).

mod application;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use jiff::SignedDuration;
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::token::Token;

use crate::error::Error;
use crate::grants::{Asked, Flow};
use crate::oauth::authorization_request::{answer, state};
use crate::oauth::signed::may_be_client_id;
use crate::oauth::{AuthorizationRequest, Client, LoopbackUri, Parameters, Refusal};
use crate::visitor::{FLOW_SECONDS, Visit};
use crate::{Context, throttle};

/// A client and where its answer goes: from here on it can be told what is wrong.
struct Trusted {
    client: Client,
    redirect_uri: LoopbackUri,
}

pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    (uri, headers): (Uri, HeaderMap),
    RawQuery(query): RawQuery,
) -> Response {
    let parameters = Parameters::parse(&query.unwrap_or_default());
    let answer = match application::client(&parameters) {
        Some(arn) => {
            let request = (&uri, &headers, &origin);
            application::authorize(&context, request, (&arn, &parameters)).await
        }
        None => begin(&context, (&headers, &origin.address), &parameters).await,
    };
    answer.unwrap_or_else(|error| context.refuse_page(&error))
}

async fn begin(
    context: &Context,
    (headers, address): (&HeaderMap, &str),
    parameters: &Parameters,
) -> Result<Response, Error> {
    let trusted = trust(context, parameters).await?;
    let visit = context.visit().await?;
    let state = match state(parameters) {
        Ok(state) => state,
        Err(refusal) => return Ok(refuse(&visit, &trusted, (None, refusal))),
    };
    let request = match AuthorizationRequest::of(parameters, trusted.client.registration()) {
        Ok(request) => request,
        Err(refusal) => return Ok(refuse(&visit, &trusted, (state, refusal))),
    };
    context
        .throttle_address(throttle::AUTHORIZATIONS, address)
        .await?;
    let asked = Asked::Code {
        redirect_uri: trusted.redirect_uri.to_string(),
        state: state.map(str::to_owned),
        code_challenge: request.code_challenge,
        scopes: request.scopes,
    };
    let now = context.clock.now();
    let browser = visit.browser(headers);
    let browser = browser.unwrap_or_else(|| Token::generate(&context.random));
    let flow = Flow {
        browser: browser.hash(),
        client: trusted.client.fingerprint().clone(),
        unverified_client_name: trusted.client.registration().unverified_name.clone(),
        address: address.to_owned(),
        since: now,
        expires_at: now + SignedDuration::from_secs(FLOW_SECONDS.into()),
        asked,
    };
    context.open(&visit, &flow, &browser).await
}

async fn trust(context: &Context, parameters: &Parameters) -> Result<Trusted, Error> {
    let find = |name| parameters.find(name).ok().flatten();
    let client_id = find("client_id").filter(|id| may_be_client_id(id));
    let client_id = client_id.ok_or(Error::UnknownClient)?;
    let now = context.clock.now();
    let keys = context.registrations.keys(now).await?;
    let client = keys.identify(client_id, now);
    let client = client.map_err(|_| Error::UnknownClient)?;
    let redirect_uri = find("redirect_uri").and_then(|uri| client.registration().redirect_uri(uri));
    Ok(Trusted {
        redirect_uri: redirect_uri.ok_or(Error::RedirectUri)?,
        client,
    })
}

/// Tells the program what is wrong.
fn refuse(visit: &Visit, trusted: &Trusted, (state, refusal): (Option<&str>, Refusal)) -> Response {
    let location = answer(&trusted.redirect_uri, state, Err(refusal));
    visit.pages.see_other(&location)
}

impl Context {
    /// Writes the flow and sends the browser on to where the person decides.
    pub(crate) async fn open(
        &self,
        visit: &Visit,
        flow: &Flow,
        browser: &Token,
    ) -> Result<Response, Error> {
        let id = Token::generate(&self.random);
        self.grants().create_flow(&id.hash(), flow).await?;
        let path = format!("/authorize/consent?flow={}", id.expose());
        Ok(visit.go_on(&path, browser))
    }
}
