//! The sample organization as the functions find it: over tables whose clients are given, with the certificate of a signing
//! key and the instance's own secret.

use aws_sdk_dynamodb::Client;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use vestibule_credentials::Registrations;
use vestibule_shared::certificate;
use vestibule_shared::saml::ServiceProvider;
use vestibule_shared::sealing::Sealer;
use vestibule_shared::signer::Signer;
use vestibule_shared::store::keys::{CLIENT_REGISTRATION_SECRET, Certificate};
use vestibule_tables::fixture::{Sample, World};
use vestibule_tables::{Engine, TableDefinition, TableNames, Template};

use crate::Result;

/// The keys of an instance.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) signer: Signer,
    pub(crate) sealer: Sealer,
}

impl Keys {
    /// New ones, in memory.
    pub(crate) fn generate() -> Result<Self> {
        Ok(Self {
            signer: Signer::local(&Signer::generate_pkcs8()?)?,
            sealer: Sealer::file([1; 32]),
        })
    }
}

/// Empty tables in memory without streams: nobody reads them here, and in memory each write would read all that were
/// written before it.
pub(crate) async fn tables() -> Result<(Engine, TableNames)> {
    let engine = Engine::memory()?;
    let embedded = Template::embedded()?;
    let tables = embedded.tables.iter().map(|table| TableDefinition {
        stream: None,
        ..table.clone()
    });
    let template = Template {
        tables: tables.collect(),
        functions: Vec::new(),
    };
    let names = engine.create_tables(&template, "bench").await?;
    Ok((engine, names))
}

/// The same tables, time and randomness through another client.
pub(crate) fn through(world: &World, client: &Client) -> Result<World> {
    let mut other = World::over(client, world.names.clone(), world.engine.clone())?;
    other.clock = world.clock.clone();
    other.random = world.random.clone();
    Ok(other)
}

/// Writes what the instance has once its keys are made; answers the certificate.
pub(crate) async fn certify(world: &World, sample: &Sample, keys: &Keys) -> Result<String> {
    let not_before = world.clock.now();
    let der = certificate::issue(&certificate::Request {
        public_key_der: &keys.signer.public_key_der().await?,
        instance: sample.instance.id.as_str(),
        not_before,
        serial: [7; 16],
    })?;
    let certificate = Certificate {
        der_base64: STANDARD.encode(der),
        not_after: not_before + SignedDuration::from_hours(24 * 3650),
    };
    let record = world.record();
    let recorded = world.recorded(&record);
    world
        .keys
        .create_certificate(&certificate, recorded)
        .await?;
    let name = CLIENT_REGISTRATION_SECRET;
    let moment = (not_before, &world.random);
    let sealed = keys.sealer.seal(name, &[7; 32], moment).await?;
    let record = world.record();
    let recorded = world.recorded(&record);
    world
        .keys
        .create_instance_secret(name, sealed, recorded)
        .await?;
    Ok(certificate.der_base64)
}

/// The function `saml`.
pub(crate) fn saml(world: &World, keys: &Keys) -> axum::Router {
    vestibule_saml::router(vestibule_saml::Context {
        directory: world.directory.clone(),
        access: world.access.clone(),
        sessions: world.sessions.clone(),
        keys: world.keys.clone(),
        audit: world.audit.clone(),
        signer: keys.signer.clone(),
        clock: world.clock.clone(),
        random: world.random.clone(),
    })
}

/// The function `portal`.
pub(crate) fn portal(world: &World) -> Result<axum::Router> {
    let authenticators = world.table("AuthenticatorsTable")?;
    Ok(vestibule_portal::router(vestibule_portal::Context {
        directory: world.directory.clone(),
        access: world.access.clone(),
        sessions: world.sessions.clone(),
        authenticators: vestibule_portal::Authenticators::new(authenticators),
        audit: world.audit.clone(),
        clock: world.clock.clone(),
        random: world.random.clone(),
    }))
}

/// The function `credentials`.
pub(crate) fn credentials(world: &World, keys: &Keys, sts: &aws_sdk_sts::Client) -> axum::Router {
    let registrations = Registrations::new(world.keys.clone(), keys.sealer.clone());
    vestibule_credentials::router(vestibule_credentials::Context {
        directory: world.directory.clone(),
        access: world.access.clone(),
        sessions: world.sessions.clone(),
        keys: world.keys.clone(),
        sealer: keys.sealer.clone(),
        registrations,
        token_issuers: vestibule_credentials::TokenIssuers::public(),
        audit: world.audit.clone(),
        signer: keys.signer.clone(),
        sts: sts.clone(),
        service_provider: ServiceProvider::AWS,
        clock: world.clock.clone(),
        random: world.random.clone(),
    })
}
