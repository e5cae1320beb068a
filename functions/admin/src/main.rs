//! The Lambda: settings, clients, context, run. It takes events of the HTTP API and direct invocations.

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use vestibule_admin::{Context, StackParameters, invoke};
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
        sealer: settings.sealer()?,
        signer: settings.signer()?,
        organizations: aws_sdk_organizations::Client::new(settings.aws()),
        management_account: settings.management_account()?,
        region: settings.region()?,
        clock: Clock::system(),
        random: Random::system(),
    };
    let parameters = StackParameters {
        public_origin: settings.text("PUBLIC_ORIGIN").ok(),
        bootstrap_role: settings.text("BOOTSTRAP_ROLE").ok(),
        reopen_first_administrator: settings
            .text("REOPEN_FIRST_ADMINISTRATOR")
            .is_ok_and(|reopen| reopen == "true"),
    };
    let answer = |event: LambdaEvent<Value>| {
        let (context, parameters) = (&context, &parameters);
        async move { invoke(context, parameters, event.payload).await }
    };
    lambda_runtime::run(service_fn(answer)).await
}
