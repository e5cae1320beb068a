//! `GET /authorize` for an application, whose client id is its ARN: an administrator has let it in, so nobody is asked for
//! consent, but the person must be one of those who may use it (RFC 6749 §4.1).

use axum::response::Response;
use http::{HeaderMap, Uri};
use jiff::SignedDuration;
use serde_json::json;
use vestibule_shared::arn::ApplicationArn;
use vestibule_shared::browser::AuthenticatedUser;
use vestibule_shared::store::access::Application;
use vestibule_shared::store::audit::{Origin, Record};
use vestibule_shared::token::Token;
use vestibule_shared::web_address::is_web_address;

use crate::error::Error;
use crate::grants::{ApplicationTokens, Approval, AuthorizationCode};
use crate::oauth::authorization_request::{
    NO_CHALLENGE, answer, check_response_type, code_challenge, scopes, state,
};
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::{ClientFingerprint, Parameters, Reason, Refusal};
use crate::token_with_iam::scopes::{allowed, granted};
use crate::visitor::Visit;
use crate::{Context, throttle};

/// How long the application may take to fetch its tokens.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// Longer redirect URIs are nobody's.
const LONGEST_URI: usize = 2048;
const DENIED: Refusal =
    Reason::AccessDenied.because("the application is not assigned to the person");

/// What the application asks for.
struct Request<'a> {
    state: Option<&'a str>,
    code_challenge: Option<CodeChallenge>,
    scopes: Vec<String>,
}

/// The application that asks, if it is one.
pub(super) fn client(parameters: &Parameters) -> Option<ApplicationArn> {
    let id = parameters.find("client_id").ok().flatten()?;
    ApplicationArn::parse(id).ok()
}

pub(super) async fn authorize(
    context: &Context,
    (uri, headers, origin): (&Uri, &HeaderMap, &Origin),
    (arn, parameters): (&ApplicationArn, &Parameters),
) -> Result<Response, Error> {
    let visit = context.visit().await?;
    let application = find(context, &visit, arn).await?;
    let redirect_uri = redirect_uri(&application, parameters).ok_or(Error::RedirectUri)?;
    let request = match read(&application, (redirect_uri, parameters)) {
        Ok(request) => request,
        Err((state, refusal)) => {
            let location = answer(&redirect_uri, state, Err(refusal));
            return Ok(visit.pages.see_other(&location));
        }
    };
    context
        .throttle_address(throttle::AUTHORIZATIONS, &origin.address)
        .await?;
    let Some(user) = context.visitor(&visit, headers).await? else {
        return Ok(visit.sign_in(uri));
    };
    let record = record(context, (&user, origin), (arn, &application));
    let may = context.may_use_application(&application, user.with_groups());
    let outcome = if may.await? {
        let code = context
            .write_code((arn, redirect_uri), (&user, &request), record)
            .await?;
        Ok(code)
    } else {
        let refused = record.error(Reason::AccessDenied.exception());
        context.audit.write(&refused).await?;
        Err(DENIED)
    };
    let code = outcome
        .as_ref()
        .map(Token::expose)
        .map_err(|refusal| *refusal);
    let location = answer(&redirect_uri, request.state, code);
    Ok(visit.pages.see_other(&location))
}

async fn find(
    context: &Context,
    visit: &Visit,
    arn: &ApplicationArn,
) -> Result<Application, Error> {
    let own = arn.instance == visit.instance.id && arn.account == visit.instance.management_account;
    if !own {
        return Err(Error::UnknownClient);
    }
    let application = context.enabled_application(&arn.id).await?;
    application.ok_or(Error::UnknownClient)
}

/// The redirect URI that the request names, if it is one of the application's, "using simple string comparison" (RFC 9700
/// §2.1), and leads nowhere where a code could be read on the way.
fn redirect_uri<'a>(application: &Application, parameters: &'a Parameters) -> Option<&'a str> {
    let named = parameters.find("redirect_uri").ok().flatten()?;
    let grant = application.grants.authorization_code.as_ref()?;
    let registered = grant.redirect_uris.iter().any(|uri| uri == named);
    (registered && is_safe(named)).then_some(named)
}

/// An address of the web, `http` only on the person's own machine, or one of an app's own scheme, which has a full stop
/// (RFC 8252 §7); no fragment (RFC 6749 §3.1.2).
fn is_safe(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let own_scheme = text.split_once(":/").is_some_and(|(scheme, _)| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        scheme.contains('.') && scheme.bytes().all(plain)
    });
    plain
        && text.len() <= LONGEST_URI
        && !text.contains(['#', '\\'])
        && (is_web_address(text) || own_scheme)
}

/// Whether another program on the person's machine may get the code: it can listen on the port, or claim the scheme. Only
/// the verifier tells it from the application (RFC 8252 §6, §8.1).
fn may_be_taken_over(redirect_uri: &str) -> bool {
    !redirect_uri.starts_with("https://")
}

fn read<'a>(
    application: &Application,
    (redirect_uri, parameters): (&str, &'a Parameters),
) -> Result<Request<'a>, (Option<&'a str>, Refusal)> {
    let state = state(parameters).map_err(|refusal| (None, refusal))?;
    let request = || {
        check_response_type(parameters)?;
        let named = scopes(parameters)?.unwrap_or_default();
        let named: Vec<&str> = named.split(' ').filter(|name| !name.is_empty()).collect();
        let named = Some(named).filter(|named| !named.is_empty());
        let code_challenge = code_challenge(parameters)?;
        if code_challenge.is_none() && may_be_taken_over(redirect_uri) {
            return Err(NO_CHALLENGE);
        }
        Ok(Request {
            state,
            code_challenge,
            scopes: granted(named.as_deref(), &allowed(application))?,
        })
    };
    request().map_err(|refusal| (state, refusal))
}

fn record(
    context: &Context,
    (user, origin): (&AuthenticatedUser, &Origin),
    (arn, application): (&ApplicationArn, &Application),
) -> Record {
    context
        .record("AuthorizeClient", &user.actor(), origin)
        .parameters(json!({
            "clientId": arn.to_string(),
            "clientName": application.name,
            "grant": "authorization_code",
        }))
}

impl Context {
    async fn write_code(
        &self,
        (arn, redirect_uri): (&ApplicationArn, &str),
        (user, request): (&AuthenticatedUser, &Request<'_>),
        record: Record,
    ) -> Result<Token, Error> {
        let token = Token::generate(&self.random);
        let code = AuthorizationCode {
            client: ClientFingerprint::of_application(arn),
            redirect_uri: redirect_uri.to_owned(),
            code_challenge: request.code_challenge.clone(),
            scopes: Vec::new(),
            application: Some(ApplicationTokens {
                id: arn.id.clone(),
                scopes: request.scopes.clone(),
            }),
            approval: Approval {
                user: user.user().id.clone(),
                authenticated_at: user.session().created_at,
                session: Some(user.session_hash()),
            },
            expires_at: self.clock.now() + CODE_LIFETIME,
            family: None,
        };
        let record = record.response(json!({ "allowed": true }));
        let hash = token.hash();
        self.grants().create_code((&hash, &code), &record).await?;
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_go_only_where_nobody_reads_them() {
        for uri in [
            "https://app.example.com/callback",
            "https://app.example.com:8443/callback?tenant=1",
            "http://localhost:3000/callback",
            "http://127.0.0.1/callback",
            "com.example.app:/callback",
        ] {
            assert!(is_safe(uri), "{uri}");
        }
        for uri in [
            "http://app.example.com/callback",
            "https://app.example.com/callback#x",
            "https://user@app.example.com/callback",
            "https://app.example.com/call back",
            "https://app.example.com/\r\nx: y",
            "https://äpp.example.com/",
            "javascript:alert(1)",
            "data:text/html,x",
            "app://callback",
            "https:callback",
            "http://localhost.evil.example/",
            "/callback",
            "",
        ] {
            assert!(!is_safe(uri), "{uri}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_check_panic(text in "(https?:)?\\PC{0,60}") {
            let _ = is_safe(&text);
        }
    }
}
