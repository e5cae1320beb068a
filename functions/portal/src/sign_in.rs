//! `/start/sign-in` — a user name and a password, and the session that follows. An unknown user, a wrong password, no
//! password and a user who may not sign in are answered alike, after the same work.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::response::Response;
use http::header::{RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use vestibule_shared::browser::SESSION_COOKIE;
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::ids::UserId;
use vestibule_shared::page::SignInPage;
use vestibule_shared::store::audit::Origin;
use vestibule_shared::store::directory::{Claim, User};
use vestibule_shared::store::sessions::Session;
use vestibule_shared::store::{self, Transaction};
use vestibule_shared::token::Token;

use crate::authenticators::Password;
use crate::destination::Destination;
use crate::device::KnownDevice;
use crate::hashing::Typed;
use crate::sign_in_record::Refusal;
use crate::throttle::{Attempt, Refused};
use crate::{Context, Error, Site};

/// Binds the form to the browser that it was shown in.
const FORM_COOKIE: &str = "vestibule-sign-in";
const FORM_SECONDS: u64 = 24 * 60 * 60;
/// Has no user.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

const WRONG: &str = "The user name or the password is not right.";
const CHANGED: &str = "Your account was changed just now. Please sign in again.";
const STALE: &str = "This page was open for too long. Please sign in again.";

/// Where to go on to.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(rename = "return", default)]
    return_to: String,
}

/// The form.
#[derive(Deserialize)]
pub(crate) struct Request {
    user_name: String,
    password: String,
    #[serde(default)]
    csrf: String,
    #[serde(rename = "return", default)]
    return_to: String,
}

/// Whom a name stands for.
struct Candidate {
    user: Option<User>,
    password: Option<Password>,
}

/// Why the form is shown again.
struct Problem {
    status: StatusCode,
    sentence: String,
    retry_after: Option<SignedDuration>,
}

/// Shows the form, unless the person is signed in already.
pub(crate) async fn show(
    State(context): State<Context>,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let return_to = asked.map_or_else(|_| String::new(), |Query(asked)| asked.return_to);
    let answer = async {
        let site = context.site().await?;
        match context.caller(&site, &headers).await? {
            Some(_) => Ok(site.pages.see_other(Destination::of(&return_to).path())),
            None => Ok(context.form((&site, &headers), ("", &return_to), None)),
        }
    };
    answer.await.unwrap_or_else(|error| context.refuse(&error))
}

/// Takes the form.
pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    headers: HeaderMap,
    form: Result<Form<Request>, FormRejection>,
) -> Response {
    let answer = match form {
        Ok(Form(request)) => sign_in(&context, &request, (&headers, &origin)).await,
        Err(rejection) => Err(Error::Form(rejection)),
    };
    answer.unwrap_or_else(|error| context.refuse(&error))
}

async fn sign_in(
    context: &Context,
    request: &Request,
    (headers, origin): (&HeaderMap, &Origin),
) -> Result<Response, Error> {
    let site = context.site().await?;
    site.require_own_form(headers)?;
    let shown_again = |problem| {
        let typed = (request.user_name.as_str(), request.return_to.as_str());
        Ok(context.form((&site, headers), typed, Some(problem)))
    };
    if !is_fresh(&site, headers, &request.csrf) {
        return shown_again(Problem::new(StatusCode::FORBIDDEN, STALE));
    }

    let began_at = context.clock.now();
    let Candidate { user, password } = context.candidate(request.user_name.trim()).await?;
    let secret = password.as_ref().map_or("", |known| &known.device_secret);
    let device = KnownDevice::find(site.cookies, headers, secret);
    // What was typed is counted, not whom it stands for: a counter that two names share would tell that one has both.
    let name = request.user_name.trim();
    let attempt = Attempt::new((name, &origin.address), device.as_ref(), began_at);
    let whose = (&site.instance, user.as_ref());
    let counted = match attempt.begin(&context.sessions).await? {
        Ok(counted) => counted,
        Err(refused) => {
            if refused.first {
                let record = context.record_of_refusal(whose, Refusal::Throttled, origin);
                context.audit.write(&record).await?;
            }
            return shown_again(refused.into());
        }
    };

    let hash = password.as_ref().and_then(Password::current);
    let right = Typed::new(&request.password).matches(hash).await?;
    let active = user.as_ref().filter(|user| right && user.active);
    let (Some(user), Some(password)) = (active, &password) else {
        attempt.fail(&context.sessions).await?;
        let record = context.record_of_refusal(whose, Refusal::Wrong, origin);
        context.audit.write(&record).await?;
        return shown_again(Problem::new(StatusCode::FORBIDDEN, WRONG));
    };

    counted.forgive(&context.sessions).await?;
    let session = Token::generate(&context.random);
    let begun = context
        .begin_session(
            (&site, &session, headers),
            (user, password),
            (origin, began_at),
        )
        .await;
    if matches!(begun, Err(store::Error::Conflict(_))) {
        return shown_again(Problem::new(StatusCode::CONFLICT, CHANGED));
    }
    begun?;
    let mut response = Destination::of(&request.return_to).after_form(site.pages);
    let lasts = u64::from(site.instance.session_minutes) * 60;
    let session = site.cookies.set(SESSION_COOKIE, session.expose(), lasts);
    let known = device.is_none().then_some(secret);
    let device =
        known.and_then(|secret| KnownDevice::cookie(site.cookies, &context.random, secret));
    for cookie in [session, device, site.cookies.clear(FORM_COOKIE)] {
        set_cookie(&mut response, cookie);
    }
    Ok(response)
}

/// Whether the form was shown in this browser, not too long ago.
fn is_fresh(site: &Site, headers: &HeaderMap, csrf: &str) -> bool {
    let cookie = site.cookies.find(headers, FORM_COOKIE);
    let token = cookie.and_then(Token::parse);
    token.is_some_and(|token| token.derive("csrf").matches(csrf))
}

pub(crate) fn set_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

impl Problem {
    fn new(status: StatusCode, sentence: &str) -> Self {
        Self {
            status,
            sentence: sentence.to_owned(),
            retry_after: None,
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            sentence: format!("Too many attempts. Try again {}.", refused.in_words()),
            retry_after: Some(refused.retry_after),
        }
    }
}

impl Context {
    /// Looks for whoever has `name` as user name or as e-mail address; where nobody has, the same reads are made.
    async fn candidate(&self, name: &str) -> Result<Candidate, Error> {
        let by_address = async {
            let claim = name.contains('@').then(|| Claim::Email(name.to_owned()));
            match claim {
                Some(claim) => self.directory.find_user_id(&claim).await,
                None => Ok(None),
            }
        };
        let claim = Claim::UserName(name.to_owned());
        let (by_name, by_address) =
            tokio::try_join!(self.directory.find_user_id(&claim), by_address)?;
        let id = by_name.or(by_address);
        let id = id.or_else(|| UserId::parse(NOBODY).ok());
        let Some(id) = id else {
            return Ok(Candidate {
                user: None,
                password: None,
            });
        };
        let (user, password) = tokio::try_join!(
            self.directory.find_user(&id),
            self.authenticators.find_password(&id)
        )?;
        Ok(Candidate { user, password })
    }

    /// Writes the session of `token`, if the user and the password are still as they were when the password was looked at.
    /// The session counts from when the sign-in began, so that whatever ends sessions in between ends this one too. It takes
    /// the place of the one that the browser had.
    async fn begin_session(
        &self,
        (site, token, headers): (&Site, &Token, &HeaderMap),
        (user, password): (&User, &Password),
        (origin, began_at): (&Origin, Timestamp),
    ) -> Result<(), store::Error> {
        let hash = token.hash();
        let minutes = i64::from(site.instance.session_minutes);
        let session = Session {
            user: user.id.clone(),
            created_at: began_at,
            expires_at: began_at + SignedDuration::from_mins(minutes),
            address: origin.address.clone(),
            user_agent: origin.user_agent.clone(),
        };
        let record = self.record_of_sign_in((&site.instance, user), hash.short(), origin);
        let mut transaction = Transaction::new();
        self.sessions
            .begin_session(&mut transaction, (&hash, &session))?;
        let before = site.cookies.find(headers, SESSION_COOKIE);
        if let Some(before) = before.and_then(Token::parse) {
            self.sessions
                .end_session(&mut transaction, &before.hash())?;
        }
        self.directory
            .require_unchanged_user(&mut transaction, user)?;
        self.authenticators
            .require_unchanged(&mut transaction, (&user.id, password))?;
        self.audit.commit(transaction, &record).await
    }

    fn form(
        &self,
        (site, headers): (&Site, &HeaderMap),
        (user_name, return_to): (&str, &str),
        problem: Option<Problem>,
    ) -> Response {
        // Several tabs show the form at the same time: they share one cookie.
        let cookie = site.cookies.find(headers, FORM_COOKIE);
        let token = cookie.and_then(Token::parse);
        let token = token.unwrap_or_else(|| Token::generate(&self.random));
        let csrf = token.derive("csrf");
        let destination = Destination::of(return_to);
        let page = SignInPage {
            csrf: csrf.expose(),
            return_to: destination.asked(),
            user_name,
            purpose: destination.purpose(),
            problem: problem.as_ref().map(|problem| problem.sentence.as_str()),
        };
        let status = problem
            .as_ref()
            .map_or(StatusCode::OK, |problem| problem.status);
        let mut response = site.pages.respond(status, &page);
        let retry_after = problem.and_then(|problem| problem.retry_after);
        if let Some(retry_after) = retry_after {
            let seconds = HeaderValue::from(retry_after.as_secs());
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        let cookie = site.cookies.set(FORM_COOKIE, token.expose(), FORM_SECONDS);
        set_cookie(&mut response, cookie);
        response
    }
}
