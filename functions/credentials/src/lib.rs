//! The `sso` and `sso-oidc` protocols: how a program is registered, let in by a person, and given tokens, and what it gets
//! for them: accounts, roles and credentials of roles.

mod accounts;
mod applications;
mod authorize;
mod bearer;
mod body;
mod client;
mod consent;
mod credentials;
mod device;
mod device_authorization;
mod error;
mod grants;
mod jwt;
mod logout;
mod oauth;
mod paging;
mod portal_credentials;
mod register;
mod roles;
mod throttle;
mod token;
mod token_issuers;
mod token_with_iam;
mod vend;
mod visitor;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};
use http::Uri;
use jiff::Timestamp;
use vestibule_shared::saml::ServiceProvider;
use vestibule_shared::sealing::Sealer;
use vestibule_shared::signer::Signer;
use vestibule_shared::store::access::{Access, Instance};
use vestibule_shared::store::audit::{Actor, Audit, Origin, Record};
use vestibule_shared::store::directory::Directory;
use vestibule_shared::store::keys::Keys;
use vestibule_shared::store::sessions::Sessions;
use vestibule_shared::{Clock, Random, edge};

pub use client::Registrations;
use error::Error;
use grants::Grants;
pub use token_issuers::{TokenIssuers, is_public};
pub use vend::sts_client;

/// The largest body that a request of these protocols needs, in bytes, with room.
const LARGEST_BODY: usize = 64 * 1024;

/// The service whose records CloudTrail would have.
const EVENT_SOURCE: &str = "sso.amazonaws.com";

/// What the function may reach.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who people are; read only.
    pub directory: Directory,
    /// Who may enter what; read only.
    pub access: Access,
    /// Sessions (read only), and everything that is granted to programs.
    pub sessions: Sessions,
    /// The certificate of the signing key, and the access keys of applications; read only.
    pub keys: Keys,
    /// Opens the secrets of those access keys.
    pub sealer: Sealer,
    /// How programs that registered are known again.
    pub registrations: Registrations,
    /// The keys of those whose tokens are trusted, out in the world.
    pub token_issuers: TokenIssuers,
    /// Where every entry is recorded before it happens.
    pub audit: Audit,
    /// The key that accounts trust.
    pub signer: Signer,
    /// The service that exchanges an assertion for credentials.
    pub sts: aws_sdk_sts::Client,
    /// To whom assertions are addressed.
    pub service_provider: ServiceProvider,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
}

/// Every route of the function: method and path.
pub const ROUTES: &[(&str, &str)] = &[
    ("GET", "/assignment/accounts"),
    ("GET", "/assignment/roles"),
    ("GET", "/federation/credentials"),
    ("POST", "/logout"),
    ("POST", "/client/register"),
    ("POST", "/device_authorization"),
    ("POST", "/token"),
    ("GET", "/authorize"),
    ("GET", "/authorize/consent"),
    ("POST", "/authorize/consent"),
    ("GET", "/authorize/portal-credentials"),
    ("GET", "/device"),
    ("POST", "/device"),
];

/// The function's routes.
pub fn router(context: Context) -> Router {
    let routes = ROUTES
        .iter()
        .fold(Router::new(), |routes, &(method, path)| {
            routes.route(path, endpoint(method, path))
        });
    let routes = routes
        .route("/authorize/{*path}", any(refuse_path))
        .route("/device/{*path}", any(refuse_path))
        .method_not_allowed_fallback(refuse_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY));
    edge::bounded(routes).with_state(context)
}

fn endpoint(method: &str, path: &str) -> MethodRouter<Context> {
    match (method, path) {
        ("GET", "/assignment/accounts") => get(accounts::handle),
        ("GET", "/assignment/roles") => get(roles::handle),
        ("GET", "/federation/credentials") => get(credentials::handle),
        ("POST", "/logout") => post(logout::handle),
        ("POST", "/client/register") => post(register::handle),
        ("POST", "/device_authorization") => post(device_authorization::handle),
        ("POST", "/token") => post(token::handle),
        ("GET", "/authorize") => get(authorize::handle),
        ("GET", "/authorize/consent") => get(consent::ask),
        ("POST", "/authorize/consent") => post(consent::decide),
        ("GET", "/authorize/portal-credentials") => get(portal_credentials::handle),
        ("GET", "/device") => get(device::ask),
        ("POST", "/device") => post(device::enter),
        _ => MethodRouter::new(),
    }
}

async fn refuse_path(State(context): State<Context>) -> Response {
    context.refuse_page(&Error::UnknownPath)
}

async fn refuse_method(State(context): State<Context>, uri: Uri) -> Response {
    match uri.path() {
        "/client/register" | "/device_authorization" | "/token" => {
            context.refuse_oidc(&Error::Method)
        }
        "/assignment/accounts" | "/assignment/roles" | "/federation/credentials" | "/logout" => {
            context.refuse_portal(&Error::Method)
        }
        _ => context.refuse_page(&Error::Method),
    }
}

impl Context {
    async fn instance(&self) -> Result<Instance, Error> {
        self.access.find_instance().await?.ok_or(Error::NotEnabled)
    }

    fn grants(&self) -> Grants<'_> {
        Grants::new(&self.sessions, &self.audit)
    }

    /// The time and the randomness of this moment.
    fn moment(&self) -> (Timestamp, &Random) {
        (self.clock.now(), &self.random)
    }

    fn record(&self, event_name: &str, actor: &Actor, origin: &Origin) -> Record {
        Record::new((EVENT_SOURCE, event_name), actor, origin, self.moment())
    }
}
