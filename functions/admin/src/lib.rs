//! The `sso-admin` and `identitystore` protocols (AWS JSON 1.1) for administrators and their programs, and what
//! whoever controls the function itself may ask of it: to be enabled, and to let the first administrator in.

mod access_keys;
mod accounts;
mod answer;
mod call;
mod caller;
mod direct;
mod dispatcher;
mod epoch;
mod error;
mod identitystore;
mod instance;
mod invitation;
mod model;
mod operations;
mod paging;
mod permissions;
mod policy_statements;
mod sso_admin;
mod sts;
mod vestibule;

use aws_sdk_organizations::Client as Organizations;
use axum::Router;
use axum::routing::post;
use vestibule_shared::ids::AccountId;
use vestibule_shared::sealing::Sealer;
use vestibule_shared::signer::Signer;
use vestibule_shared::store::access::Access;
use vestibule_shared::store::audit::Audit;
use vestibule_shared::store::directory::Directory;
use vestibule_shared::store::keys::Keys;
use vestibule_shared::store::sessions::Sessions;
use vestibule_shared::{Clock, Random, edge};

pub use access_keys::{NewAccessKey, create_access_key, create_first_access_key};
pub use accounts::refresh_accounts;
pub use direct::{StackParameters, invoke};
pub use error::{Error, Modelled};
pub use instance::{EnableRequest, enable};
pub use invitation::invite;
pub use model::{Operation, Service, ShapeMismatch, parse_body};

/// What the function may reach.
#[derive(Debug, Clone)]
pub struct Context {
    /// Users, groups, memberships.
    pub directory: Directory,
    /// The instance, accounts, permission sets, assignments.
    pub access: Access,
    /// Only to put one-time links.
    pub sessions: Sessions,
    /// Access keys, the certificate, the instance's own secrets.
    pub keys: Keys,
    /// Where every change is recorded.
    pub audit: Audit,
    /// Seals the secrets of access keys.
    pub sealer: Sealer,
    /// The key that accounts trust; only its public half is read.
    pub signer: Signer,
    /// The organization's accounts.
    pub organizations: Organizations,
    /// The account that the stack is in.
    pub management_account: AccountId,
    /// The region that the stack is in, and that signatures must name.
    pub region: String,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
}

/// Every route of the function.
pub fn router(context: Context) -> Router {
    edge::bounded(Router::new().route("/", post(dispatcher::handle))).with_state(context)
}
