//! `POST /start/sign-out` — ends the session.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use vestibule_shared::browser::SESSION_COOKIE;
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::page::NoticePage;
use vestibule_shared::store::audit::{Origin, Record};
use vestibule_shared::store::directory::Recorded;

use crate::sign_in::set_cookie;
use crate::{Context, Error};

/// The form.
#[derive(Deserialize)]
pub(crate) struct Request {
    #[serde(default)]
    csrf: String,
}

pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    headers: HeaderMap,
    form: Result<Form<Request>, FormRejection>,
) -> Response {
    let answer = match form {
        Ok(Form(request)) => sign_out(&context, &request, (&headers, &origin)).await,
        Err(rejection) => Err(Error::Form(rejection)),
    };
    answer.unwrap_or_else(|error| context.refuse(&error))
}

async fn sign_out(
    context: &Context,
    request: &Request,
    (headers, origin): (&HeaderMap, &Origin),
) -> Result<Response, Error> {
    let site = context.site().await?;
    site.require_own_form(headers)?;
    // Whose session has ended already is signed out all the same.
    if let Some(caller) = context.caller(&site, headers).await? {
        if !caller.csrf().matches(&request.csrf) {
            return Err(Error::ForeignForm);
        }
        let moment = (context.clock.now(), &context.random);
        let event = ("sso.amazonaws.com", "Logout");
        let record = Record::new(event, &caller.actor(), origin, moment);
        let recorded = Recorded {
            audit: &context.audit,
            record: &record,
        };
        let hash = caller.session_hash();
        context.sessions.delete_session(&hash, recorded).await?;
    }
    let page = NoticePage::signed_out();
    let mut response = site.pages.respond(StatusCode::OK, &page);
    set_cookie(&mut response, site.cookies.clear(SESSION_COOKIE));
    Ok(response)
}
