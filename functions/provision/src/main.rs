//! The Lambda: settings, clients, context, run.

use lambda_runtime::{LambdaEvent, service_fn};
use vestibule_provision::{Aws, Context, Event, Pause, handle};
use vestibule_shared::settings::Settings;
use vestibule_shared::{Clock, Random, edge};

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    edge::log_as_json();
    let settings = Settings::from_environment().await;
    let context = Context {
        access: settings.access()?,
        keys: settings.keys()?,
        audit: settings.audit()?,
        aws: Aws::new(settings.aws()),
        manage_management_account: settings.text("MANAGE_MANAGEMENT_ACCOUNT")? == "true",
        clock: Clock::system(),
        random: Random::system(),
        pause: Pause::system(),
    };
    let context = &context;
    let attend = |event: LambdaEvent<Event>| async move {
        let answer = handle(context, event.payload).await;
        answer
            .inspect_err(|error| edge::log_failure("sweep", error))
            .map_err(lambda_runtime::Error::from)
    };
    lambda_runtime::run(service_fn(attend)).await
}
