//! Turns what the tables want into roles in member accounts: woken by work items on the access table's stream, and by a
//! schedule for what was left over. Provisioning is reconciliation: whatever happened before, each run brings an account to
//! what is wanted now. Another schedule has accounts looked at for what differs from that.

mod accounts;
mod calls;
mod drift;
mod error;
mod event;
mod failure;
mod iam;
mod pause;
mod provisioned;
mod reconcile;
mod records;
mod turn;
mod work;

use vestibule_shared::saml;
use vestibule_shared::store::access::{Access, Instance};
use vestibule_shared::store::audit::Audit;
use vestibule_shared::store::keys::Keys;
use vestibule_shared::{Clock, Random};

pub use accounts::Aws;
pub use error::Error;
pub use event::{
    BatchItemFailure, BatchItemFailures, CheckEvent, CheckKind, Event, ItemKeys, StreamChange,
    StreamEvent, StreamRecord, SweepEvent, SweepKind, TextAttribute,
};
pub use failure::Failure;
pub use pause::Pause;

/// What the function may reach.
#[derive(Debug, Clone)]
pub struct Context {
    /// What is wanted, and what has become of it.
    pub access: Access,
    /// The certificate by which accounts know the instance; read only.
    pub keys: Keys,
    /// Where every change of an account is recorded before it is made.
    pub audit: Audit,
    /// The accounts.
    pub aws: Aws,
    /// Whether roles are made in the management account too, as the function's own role.
    pub manage_management_account: bool,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Waiting.
    pub pause: Pause,
}

/// Does the work that an event tells of. Of a batch, the answer names the records that are to be handed over again; an
/// error means that a sweep, or a look at accounts, could not be made.
pub async fn handle(context: &Context, event: Event) -> Result<BatchItemFailures, Error> {
    match event {
        Event::Stream(event) => Ok(work::stream(context, &event.records).await),
        Event::Sweep(_) => work::sweep(context)
            .await
            .map(|()| BatchItemFailures::default()),
        Event::Check(CheckEvent {
            check: CheckKind::Drift,
        }) => drift::handle(context)
            .await
            .map(|()| BatchItemFailures::default()),
    }
}

/// The instance, and the metadata by which accounts are to know it.
pub(crate) struct Identity {
    pub(crate) instance: Instance,
    pub(crate) metadata: String,
}

impl Context {
    async fn identity(&self) -> Result<Identity, Error> {
        let (instance, certificate) =
            tokio::try_join!(self.access.find_instance(), self.keys.find_certificate())?;
        let (instance, certificate) = instance.zip(certificate).ok_or(Error::NotEnabled)?;
        let metadata = saml::identity_provider_metadata(
            &instance.entity_id,
            &instance.public_origin,
            &[&certificate.der_base64],
        )?;
        Ok(Identity { instance, metadata })
    }
}
