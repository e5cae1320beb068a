//! The Lambda: settings, clients, context, run.

use vestibule_saml::{Context, router};
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
        audit: settings.audit()?,
        signer: settings.signer()?,
        clock: Clock::system(),
        random: Random::system(),
    };
    edge::run(router(context)).await
}
