//! Sign-in, and the user's page of AWS accounts: what people see first and most.

mod authenticators;
mod destination;
mod device;
mod error;
mod hashing;
mod password_link;
mod rules;
mod sign_in;
mod sign_in_record;
mod sign_out;
mod start;
mod start_query;
mod throttle;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use http::{HeaderMap, StatusCode, Uri};
use vestibule_shared::browser::{self, AuthenticatedUser, Cookies};
use vestibule_shared::page::{Pages, assets};
use vestibule_shared::store::access::{Access, Instance};
use vestibule_shared::store::audit::Audit;
use vestibule_shared::store::directory::Directory;
use vestibule_shared::store::sessions::Sessions;
use vestibule_shared::{Clock, Random, edge};

pub use authenticators::Authenticators;
use error::Error;

/// What the function may reach.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who people are; writes only that a user's sessions end with their password.
    pub directory: Directory,
    /// The instance, and who may enter what; read only.
    pub access: Access,
    /// Who is signed in, one-time links, and throttles.
    pub sessions: Sessions,
    /// How people prove who they are; nobody else reads it.
    pub authenticators: Authenticators,
    /// Where every step of a sign-in is recorded.
    pub audit: Audit,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
}

/// Every route of the function.
pub fn router(context: Context) -> Router {
    let portal = get(start::handle).head(start::handle_head);
    let routes = Router::new()
        // Other methods of `/` belong to other functions.
        .route("/", get(start::redirect))
        .route("/start", portal.clone().fallback(refuse_method))
        .route("/start/", portal.fallback(refuse_method))
        .route(
            "/start/sign-in",
            get(sign_in::show)
                .post(sign_in::handle)
                .fallback(refuse_method),
        )
        .route(
            "/start/sign-out",
            post(sign_out::handle)
                .get(start::redirect)
                .fallback(refuse_method),
        )
        .route(
            "/start/password/{link}",
            get(password_link::show)
                .post(password_link::handle)
                .fallback(refuse_method),
        )
        .route("/start/assets/{*file}", get(asset).fallback(refuse_method))
        .route("/start/{*path}", any(refuse_path));
    edge::bounded(routes).with_state(context)
}

async fn asset(State(context): State<Context>, uri: Uri) -> Response {
    match assets::find(uri.path()) {
        Some(asset) => asset.into_response(),
        None => context.refuse(&Error::UnknownPath),
    }
}

async fn refuse_path(State(context): State<Context>) -> Response {
    context.refuse(&Error::UnknownPath)
}

async fn refuse_method(State(context): State<Context>) -> Response {
    context.refuse(&Error::Method)
}

/// The instance as a request needs it: its settings, and how cookies and pages are written for its origin.
struct Site {
    instance: Instance,
    cookies: Cookies,
    pages: Pages,
}

impl Site {
    /// Refuses a form that no page of ours has sent.
    fn require_own_form(&self, headers: &HeaderMap) -> Result<(), Error> {
        let own = browser::is_same_origin(headers, &self.instance.public_origin);
        own.then_some(()).ok_or(Error::ForeignForm)
    }
}

impl Context {
    async fn site(&self) -> Result<Site, Error> {
        let instance = self.access.find_instance().await?;
        let instance = instance.ok_or(Error::NotEnabled)?;
        Ok(Site {
            cookies: Cookies::of(&instance.public_origin),
            pages: Pages::new(instance.public_origin.starts_with("https://")),
            instance,
        })
    }

    async fn caller(
        &self,
        site: &Site,
        headers: &HeaderMap,
    ) -> Result<Option<AuthenticatedUser>, Error> {
        let stores = (&self.sessions, &self.directory);
        let now = self.clock.now();
        Ok(browser::authenticate(stores, site.cookies, headers, now).await?)
    }
}

/// A `302 Found`, which AWS CLIs and people's bookmarks are answered with.
fn found(site: Pages, location: &str) -> Response {
    let mut response = site.see_other(location);
    if response.status() == StatusCode::SEE_OTHER {
        *response.status_mut() = StatusCode::FOUND;
    }
    response
}
