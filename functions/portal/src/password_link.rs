//! `/start/password/<link>` — a password, set by a link that works once. Looking at the page does not use the link up:
//! mail programs and messengers open links too.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::management_account;
use vestibule_shared::page::{NoticePage, PasswordPage, PasswordRule};
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::directory::User;
use vestibule_shared::store::sessions::PasswordLink;
use vestibule_shared::store::{self, Transaction};
use vestibule_shared::token::Token;

use crate::authenticators::Password;
use crate::hashing::Typed;
use crate::rules::Rules;
use crate::{Context, Error, Site};

const UNMET: &str = "The password does not meet every rule yet.";
const UNEQUAL: &str = "The two passwords are not equal.";
const CHANGED: &str = "Your account was changed just now. Please try again.";
const USED_BEFORE: &str = "This is one of your last passwords. Choose another.";

/// The form.
#[derive(Deserialize)]
pub(crate) struct Request {
    password: String,
    repeated: String,
    #[serde(default)]
    csrf: String,
}

/// A link that works, and whose password it sets.
struct OpenLink {
    token: Token,
    user: User,
    /// The password that it replaces.
    password: Option<Password>,
}

/// Shows the form.
pub(crate) async fn show(State(context): State<Context>, uri: Uri) -> Response {
    let answer = async {
        let site = context.site().await?;
        let link = context.open_link(&uri).await?;
        let rules = Rules::of(site.instance.password_policy);
        Ok(link.page(&site, &rules, (&rules.open(), None)))
    };
    answer.await.unwrap_or_else(|error| context.refuse(&error))
}

/// Takes the form.
pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    (uri, headers): (Uri, HeaderMap),
    form: Result<Form<Request>, FormRejection>,
) -> Response {
    let answer = match form {
        Ok(Form(request)) => set_password(&context, &request, &uri, (&headers, &origin)).await,
        Err(rejection) => Err(Error::Form(rejection)),
    };
    answer.unwrap_or_else(|error| context.refuse(&error))
}

async fn set_password(
    context: &Context,
    request: &Request,
    uri: &Uri,
    (headers, origin): (&HeaderMap, &Origin),
) -> Result<Response, Error> {
    let site = context.site().await?;
    site.require_own_form(headers)?;
    let link = context.open_link(uri).await?;
    if !link.token.derive("csrf").matches(&request.csrf) {
        return Err(Error::ForeignForm);
    }

    let typed = Typed::new(&request.password);
    let rules = Rules::of(site.instance.password_policy);
    let judged = rules.judge(&typed, &link.user.user_name);
    if judged.iter().any(|rule| rule.met != Some(true)) {
        return Ok(link.page(&site, &rules, (&judged, Some(UNMET))));
    }
    if request.password != request.repeated {
        return Ok(link.page(&site, &rules, (&judged, Some(UNEQUAL))));
    }
    let before = link.password.as_ref();
    let remembered = before.map_or(&[][..], |before| before.remembered(rules.history()));
    if typed.is_among(remembered).await? {
        return Ok(link.page(&site, &rules, (&judged, Some(USED_BEFORE))));
    }

    let secret = Token::generate(&context.random);
    let hash = typed.hash(&context.random).await?;
    let set = (hash, secret.expose().to_owned());
    let after = Password::after(before, set, context.clock.now(), rules.history());
    match context.put_password(&link, &after, origin).await {
        Ok(()) => Ok(site
            .pages
            .respond(StatusCode::OK, &NoticePage::password_set())),
        Err(store::Error::NotFound(_)) => Err(Error::Link),
        // Another link or an administrator was faster, and what this link is worth now is to be seen again.
        Err(store::Error::Conflict(_)) => {
            let link = context.open_link(uri).await?;
            Ok(link.page(&site, &rules, (&judged, Some(CHANGED))))
        }
        Err(error) => Err(error.into()),
    }
}

impl OpenLink {
    fn page(
        &self,
        site: &Site,
        rules: &Rules,
        (shown, problem): (&[PasswordRule<'_>], Option<&str>),
    ) -> Response {
        let csrf = self.token.derive("csrf");
        let page = PasswordPage {
            path: &format!("/start/password/{}", self.token.expose()),
            csrf: csrf.expose(),
            user_name: &self.user.user_name,
            minimum_length: rules.minimum_length(),
            rules: shown,
            problem,
        };
        let status = match problem {
            None => StatusCode::OK,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        site.pages.respond(status, &page)
    }
}

impl Context {
    /// The link that the path carries. One that is unknown, used up or expired, one from before the present password, one
    /// of a user who may not sign in, and a helpdesk's for a user who is none of theirs, are told apart by nobody.
    async fn open_link(&self, uri: &Uri) -> Result<OpenLink, Error> {
        let token = uri.path().strip_prefix("/start/password/");
        let token = token.and_then(Token::parse).ok_or(Error::Link)?;
        let hash = token.hash();
        let found = self.sessions.find_link(&hash, self.clock.now());
        let PasswordLink {
            user,
            created_at,
            by_helpdesk,
        } = found.await?.ok_or(Error::Link)?;
        let (user, password) = tokio::try_join!(
            self.directory.find_user(&user),
            self.authenticators.find_password(&user)
        )?;
        let user = user.filter(|user| user.active).ok_or(Error::Link)?;
        let is_late = |password: &Password| created_at <= password.set_at;
        if password.as_ref().is_some_and(is_late) {
            return Err(Error::Link);
        }
        if by_helpdesk && self.could_undo_everything(&user).await? {
            return Err(Error::Link);
        }
        Ok(OpenLink {
            token,
            user,
            password,
        })
    }

    /// Whether the user is assigned to the management account by now: no helpdesk may have a link to their password.
    async fn could_undo_everything(&self, user: &User) -> Result<bool, Error> {
        let account = self.site().await?.instance.management_account;
        let stores = (&self.directory, &self.access);
        Ok(management_account::is_assigned(stores, &account, &user.id).await?)
    }

    /// Uses the link up, sets the password and ends the user's sessions, for whoever sets it anew may do so because somebody
    /// else knew the old one: all of it or nothing.
    async fn put_password(
        &self,
        link: &OpenLink,
        after: &Password,
        origin: &Origin,
    ) -> Result<(), store::Error> {
        let OpenLink { token, user, .. } = link;
        let now = self.clock.now();
        let mut transaction = Transaction::new();
        self.sessions.use_link(&mut transaction, &token.hash())?;
        self.authenticators
            .replace_password(&mut transaction, &user.id, after)?;
        self.directory.end_sessions(&mut transaction, (user, now))?;
        let actor = Actor::User {
            id: user.id.clone(),
            session: None,
        };
        let event = ("sso-directory.amazonaws.com", "UpdatePassword");
        let record = Record::new(event, &actor, origin, (now, &self.random))
            .parameters(json!({ "userId": user.id }))
            .detail("EndsSessions", true);
        self.audit.commit(transaction, &record).await
    }
}
