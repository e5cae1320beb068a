//! `GET` and `POST /device` — a person enters the code that their terminal shows (RFC 8628 §3.3), and goes on to decide.

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use jiff::SignedDuration;
use serde::Deserialize;
use vestibule_shared::browser::{AuthenticatedUser, is_same_origin};
use vestibule_shared::edge::ClientAddress;
use vestibule_shared::page::UserCodePage;
use vestibule_shared::token::Token;

use crate::error::Error;
use crate::grants::{Asked, Flow};
use crate::oauth::UserCode;
use crate::visitor::{FLOW_SECONDS, Visit, viewer};
use crate::{Context, throttle};

const UNKNOWN: &str = "This code is not known. Check it, or start again in your terminal.";
const TOO_MANY: &str = "Too many attempts. Wait ten minutes, then try again.";

/// The code, when the link brought it along.
#[derive(Deserialize)]
pub(crate) struct Link {
    user_code: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Entry {
    csrf: String,
    user_code: String,
}

pub(crate) async fn ask(
    State(context): State<Context>,
    (uri, headers): (Uri, HeaderMap),
    link: Result<Query<Link>, QueryRejection>,
) -> Response {
    let answer = show(&context, (&uri, &headers), link).await;
    answer.unwrap_or_else(|error| context.refuse_page(&error))
}

async fn show(
    context: &Context,
    (uri, headers): (&Uri, &HeaderMap),
    link: Result<Query<Link>, QueryRejection>,
) -> Result<Response, Error> {
    let visit = context.visit().await?;
    let Some(user) = context.visitor(&visit, headers).await? else {
        return Ok(visit.sign_in(uri));
    };
    let typed = link.ok().and_then(|Query(link)| link.user_code);
    // What is no code is not shown back: nobody is to read a stranger's words on our page.
    let code = typed.and_then(|typed| UserCode::parse(&typed));
    let code = code.as_ref().map_or("", UserCode::as_str);
    Ok(form(&visit, &user, (StatusCode::OK, code, None)))
}

pub(crate) async fn enter(
    State(context): State<Context>,
    ClientAddress(address): ClientAddress,
    (uri, headers): (Uri, HeaderMap),
    form: Result<Form<Entry>, FormRejection>,
) -> Response {
    let answer = find(&context, (&uri, &headers, &address), form).await;
    answer.unwrap_or_else(|error| context.refuse_page(&error))
}

async fn find(
    context: &Context,
    (uri, headers, address): (&Uri, &HeaderMap, &str),
    entry: Result<Form<Entry>, FormRejection>,
) -> Result<Response, Error> {
    let Form(entry) = entry.map_err(|_| Error::ForeignForm)?;
    let visit = context.visit().await?;
    if !is_same_origin(headers, &visit.instance.public_origin) {
        return Err(Error::ForeignForm);
    }
    let Some(user) = context.visitor(&visit, headers).await? else {
        return Ok(visit.sign_in(uri));
    };
    if !user.csrf().matches(&entry.csrf) {
        return Err(Error::ForeignForm);
    }
    let Some(code) = UserCode::parse(&entry.user_code) else {
        return Ok(form(
            &visit,
            &user,
            (StatusCode::BAD_REQUEST, "", Some(UNKNOWN)),
        ));
    };
    match context.guess(&user, address).await {
        Err(Error::TooMany) => {
            let said = (StatusCode::TOO_MANY_REQUESTS, code.as_str(), Some(TOO_MANY));
            return Ok(form(&visit, &user, said));
        }
        outcome => outcome?,
    }
    let browser = visit.browser(headers);
    let browser = browser.unwrap_or_else(|| Token::generate(&context.random));
    let Some(flow) = context.flow(&code, &browser).await? else {
        let said = (StatusCode::BAD_REQUEST, code.as_str(), Some(UNKNOWN));
        return Ok(form(&visit, &user, said));
    };
    context.open(&visit, &flow, &browser).await
}

fn form(
    visit: &Visit,
    user: &AuthenticatedUser,
    (status, user_code, problem): (StatusCode, &str, Option<&str>),
) -> Response {
    let csrf = user.csrf();
    let page = UserCodePage {
        viewer: viewer(user, &csrf),
        path: "/device",
        csrf: csrf.expose(),
        user_code,
        problem,
    };
    visit.pages.respond(status, &page)
}

impl Context {
    /// Counts one attempt at a user code, right or wrong, for the person and for the address.
    async fn guess(&self, user: &AuthenticatedUser, address: &str) -> Result<(), Error> {
        let user = user.user().id.as_str();
        tokio::try_join!(
            self.throttle(throttle::USER_CODES_OF_A_USER, user),
            self.throttle_address(throttle::USER_CODES_OF_AN_ADDRESS, address),
        )?;
        Ok(())
    }

    /// The request for consent of the device that shows `code`.
    async fn flow(&self, code: &UserCode, browser: &Token) -> Result<Option<Flow>, Error> {
        let now = self.clock.now();
        let found = self.grants().find_device_by_user_code(code, now).await?;
        Ok(found.map(|(device, found)| Flow {
            browser: browser.hash(),
            client: found.client,
            unverified_client_name: found.unverified_client_name,
            address: found.address,
            since: found.created_at,
            expires_at: found
                .expires_at
                .min(now + SignedDuration::from_secs(FLOW_SECONDS.into())),
            asked: Asked::Device {
                device,
                user_code: found.user_code,
            },
        }))
    }
}
