//! `GET` and `POST /authorize/consent` — a person decides whether a program may act for them. The page shows what the
//! program says of itself as its own word, from where it asked, and since when (RFC 8252 §8.6, RFC 8628 §5.4).

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use vestibule_shared::browser::{AuthenticatedUser, is_same_origin};
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::page::{ConsentPage, NoticePage};
use vestibule_shared::store;
use vestibule_shared::store::audit::{Origin, Record};
use vestibule_shared::token::{Token, TokenHash};

use crate::Context;
use crate::error::Error;
use crate::grants::{Approval, Asked, AuthorizationCode, Decision, Device, DeviceState, Flow};
use crate::oauth::authorization_request::answer;
use crate::oauth::{LoopbackUri, Reason};
use crate::visitor::{Visit, viewer};

/// How long a program may take to fetch its tokens.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// Which flow.
#[derive(Deserialize)]
pub(crate) struct Id {
    flow: String,
}

/// What the person sent.
#[derive(Deserialize)]
pub(crate) struct Answer {
    csrf: String,
    decision: Choice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Choice {
    Allow,
    Deny,
}

/// A flow that is open in this browser.
struct Open {
    id: Token,
    flow: Flow,
}

impl Open {
    fn hash(&self) -> TokenHash {
        self.id.hash()
    }

    fn path(&self) -> String {
        format!("/authorize/consent?flow={}", self.id.expose())
    }

    /// What only a page that showed this flow to this session can send.
    fn csrf(&self, user: &AuthenticatedUser) -> Token {
        user.csrf().derive(self.hash().as_str())
    }
}

pub(crate) async fn ask(
    State(context): State<Context>,
    (uri, headers): (Uri, HeaderMap),
    id: Result<Query<Id>, QueryRejection>,
) -> Response {
    let answer = show(&context, (&uri, &headers), id).await;
    answer.unwrap_or_else(|error| context.refuse_page(&error))
}

async fn show(
    context: &Context,
    (uri, headers): (&Uri, &HeaderMap),
    id: Result<Query<Id>, QueryRejection>,
) -> Result<Response, Error> {
    let visit = context.visit().await?;
    let open = find(context, (&visit, headers), id).await?;
    let Some(user) = context.visitor(&visit, headers).await? else {
        return Ok(visit.sign_in(uri));
    };
    let (user_code, redirect_origin) = match &open.flow.asked {
        Asked::Code { redirect_uri, .. } => (None, LoopbackUri::parse(redirect_uri)),
        Asked::Device { user_code, .. } => (Some(user_code.as_str()), None),
    };
    let redirect_origin = redirect_origin.map(|uri| uri.origin());
    let (session_csrf, csrf) = (user.csrf(), open.csrf(&user));
    let page = ConsentPage {
        viewer: viewer(&user, &session_csrf),
        path: &open.path(),
        csrf: csrf.expose(),
        unverified_client_name: &open.flow.unverified_client_name,
        address: &open.flow.address,
        since: &open.flow.since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        user_code,
        redirect_origin: redirect_origin.as_deref(),
    };
    Ok(visit.pages.respond(StatusCode::OK, &page))
}

/// The flow, if it is open in this very browser.
async fn find(
    context: &Context,
    (visit, headers): (&Visit, &HeaderMap),
    id: Result<Query<Id>, QueryRejection>,
) -> Result<Open, Error> {
    let id = id.ok().and_then(|Query(id)| Token::parse(&id.flow));
    let (Some(id), Some(browser)) = (id, visit.browser(headers)) else {
        return Err(Error::FlowGone);
    };
    let flow = context
        .grants()
        .find_flow(&id.hash(), context.clock.now())
        .await?;
    let flow = flow.filter(|flow| flow.browser == browser.hash());
    let flow = flow.ok_or(Error::FlowGone)?;
    Ok(Open { id, flow })
}

pub(crate) async fn decide(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    (uri, headers): (Uri, HeaderMap),
    id: Result<Query<Id>, QueryRejection>,
    form: Result<Form<Answer>, FormRejection>,
) -> Response {
    let answer = answered(&context, (&uri, &headers, &origin), (id, form)).await;
    answer.unwrap_or_else(|error| context.refuse_page(&error))
}

async fn answered(
    context: &Context,
    (uri, headers, origin): (&Uri, &HeaderMap, &Origin),
    (id, form): (
        Result<Query<Id>, QueryRejection>,
        Result<Form<Answer>, FormRejection>,
    ),
) -> Result<Response, Error> {
    let Form(answer) = form.map_err(|_| Error::ForeignForm)?;
    let visit = context.visit().await?;
    if !is_same_origin(headers, &visit.instance.public_origin) {
        return Err(Error::ForeignForm);
    }
    let open = find(context, (&visit, headers), id).await?;
    let Some(user) = context.visitor(&visit, headers).await? else {
        return Ok(visit.sign_in(uri));
    };
    if !open.csrf(&user).matches(&answer.csrf) {
        return Err(Error::ForeignForm);
    }
    let consent = Consent {
        visit: &visit,
        open: &open,
        approval: Approval {
            user: user.user().id.clone(),
            authenticated_at: user.session().created_at,
            session: None,
        },
        choice: answer.decision,
        record: record(context, (&user, origin), (&open.flow, answer.decision)),
    };
    let outcome = match &open.flow.asked {
        Asked::Code { .. } => consent.code(context).await,
        Asked::Device { device, .. } => consent.device(context, device).await,
    };
    match outcome {
        Err(Error::Store(store::Error::Conflict(_))) => Err(Error::FlowGone),
        outcome => outcome,
    }
}

fn record(
    context: &Context,
    (user, origin): (&AuthenticatedUser, &Origin),
    (flow, choice): (&Flow, Choice),
) -> Record {
    let grant = match flow.asked {
        Asked::Code { .. } => "authorization_code",
        Asked::Device { .. } => "device_code",
    };
    context
        .record("AuthorizeClient", &user.actor(), origin)
        .parameters(json!({
            "clientName": flow.unverified_client_name,
            "clientFingerprint": flow.client.as_str(),
            "clientAddress": flow.address,
            "grant": grant,
        }))
        .response(json!({ "allowed": choice == Choice::Allow }))
}

/// A person's decision, on its way to be written.
struct Consent<'a> {
    visit: &'a Visit,
    open: &'a Open,
    approval: Approval,
    choice: Choice,
    record: Record,
}

impl Consent<'_> {
    /// Sends the browser to the program, with a code or without one.
    async fn code(self, context: &Context) -> Result<Response, Error> {
        let Asked::Code {
            redirect_uri,
            state,
            code_challenge,
            scopes,
        } = &self.open.flow.asked
        else {
            return Err(Error::FlowGone);
        };
        let target = LoopbackUri::parse(redirect_uri).ok_or(Error::RedirectUri)?;
        let grants = context.grants();
        let flow = self.open.hash();
        if self.choice == Choice::Deny {
            grants.decide(&flow, Decision::NoCode, &self.record).await?;
            let denied = Reason::AccessDenied.because("the person did not let the program in");
            return Ok(self.lead(&target, &answer(&target, state.as_deref(), Err(denied))));
        }
        let token = Token::generate(&context.random);
        let code = AuthorizationCode {
            client: self.open.flow.client.clone(),
            redirect_uri: redirect_uri.clone(),
            code_challenge: Some(code_challenge.clone()),
            scopes: scopes.clone(),
            application: None,
            approval: self.approval.clone(),
            expires_at: context.clock.now() + CODE_LIFETIME,
            family: None,
        };
        let decision = Decision::Code(&token.hash(), &code);
        grants.decide(&flow, decision, &self.record).await?;
        let location = answer(&target, state.as_deref(), Ok(token.expose()));
        Ok(self.lead(&target, &location))
    }

    /// Where the form's policy cannot name the program's address, no redirect gets there: a link does.
    fn lead(&self, target: &LoopbackUri, location: &str) -> Response {
        if target.can_be_named_by_policy() {
            return self.visit.pages.see_other(location);
        }
        let page = NoticePage {
            title: "Back to your program",
            sentence: "It waits for your answer on this machine.",
            link: Some((location, "Go on")),
        };
        self.visit.pages.respond(StatusCode::OK, &page)
    }

    /// Lets a device in, or turns it away.
    async fn device(self, context: &Context, hash: &TokenHash) -> Result<Response, Error> {
        let device = context.grants().find_device(hash).await?;
        let waits = |device: &Device| {
            device.state == DeviceState::Pending && context.clock.now() < device.expires_at
        };
        let device = device.filter(waits).ok_or(Error::FlowGone)?;
        let approval = Some(&self.approval).filter(|_| self.choice == Choice::Allow);
        let decision = Decision::Device((hash, &device), approval);
        let flow = self.open.hash();
        context
            .grants()
            .decide(&flow, decision, &self.record)
            .await?;
        let page = match self.choice {
            Choice::Allow => NoticePage::access_allowed(),
            Choice::Deny => NoticePage::access_denied(),
        };
        Ok(self.visit.pages.respond(StatusCode::OK, &page))
    }
}
