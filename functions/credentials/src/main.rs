//! The Lambda: settings, clients, context, run.

use vestibule_credentials::{Context, Registrations, TokenIssuers, router, sts_client};
use vestibule_shared::saml::ServiceProvider;
use vestibule_shared::settings::Settings;
use vestibule_shared::{Clock, Random, edge};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    edge::log_as_json();
    let settings = Settings::from_environment().await;
    let context = Context {
        directory: settings.directory()?,
        access: settings.access()?,
        sessions: settings.sessions()?,
        keys: settings.keys()?,
        sealer: settings.sealer()?,
        registrations: Registrations::new(settings.keys()?, settings.sealer()?),
        token_issuers: TokenIssuers::public(),
        audit: settings.audit()?,
        signer: settings.signer()?,
        sts: sts_client(settings.aws()),
        service_provider: ServiceProvider::AWS,
        clock: Clock::system(),
        random: Random::system(),
    };
    edge::run(router(context)).await
}
