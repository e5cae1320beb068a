//! The instance as a SAML 2.0 identity provider: its metadata, and the signed response with which a person
//! enters an AWS account's console.

mod console;
mod destination;
mod error;
mod metadata;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{any, get};
use vestibule_shared::signer::Signer;
use vestibule_shared::store::access::{Access, Instance};
use vestibule_shared::store::audit::Audit;
use vestibule_shared::store::directory::Directory;
use vestibule_shared::store::keys::{Certificate, Keys};
use vestibule_shared::store::sessions::Sessions;
use vestibule_shared::{Clock, Random, edge};

use error::Error;

/// What the function may reach.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who people are; read only.
    pub directory: Directory,
    /// Who may enter what; read only.
    pub access: Access,
    /// Who is signed in; read only.
    pub sessions: Sessions,
    /// The certificate of the signing key; read only.
    pub keys: Keys,
    /// Where every entry is recorded before it happens.
    pub audit: Audit,
    /// The key that accounts trust.
    pub signer: Signer,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
}

/// Every route of the function.
pub fn router(context: Context) -> Router {
    let routes = Router::new()
        .route(
            "/saml/metadata",
            get(metadata::handle).fallback(refuse_method),
        )
        .route(
            "/saml/console",
            get(console::handle).fallback(refuse_method),
        )
        .route("/saml/{*path}", any(refuse_path));
    edge::bounded(routes).with_state(context)
}

async fn refuse_path(State(context): State<Context>) -> Response {
    context.refuse(&Error::UnknownPath)
}

async fn refuse_method(State(context): State<Context>) -> Response {
    context.refuse(&Error::Method)
}

impl Context {
    /// The instance and the certificate by which accounts know it.
    async fn identity(&self) -> Result<(Instance, Certificate), Error> {
        let (instance, certificate) =
            tokio::try_join!(self.access.find_instance(), self.keys.find_certificate())?;
        instance.zip(certificate).ok_or(Error::NotEnabled)
    }
}
