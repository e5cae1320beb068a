//! The template's schedules: what `EventBridge` does, which hands a function its event over and over.

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use vestibule_provision::Context;
use vestibule_tables::Schedule;

use crate::functions::{Functions, Ground};
use crate::problem::Problem;

/// Follows every schedule that wakes provision, each by itself, until `ending` says that the program ends. All of them begin
/// now: what the last start has left over does not wait.
pub fn follow(
    (ground, functions): (&Ground, &Functions),
    tasks: &mut JoinSet<()>,
    ending: &watch::Receiver<bool>,
) {
    let provision = ground.template.function("provision").into_iter();
    for schedule in provision.flat_map(|function| function.schedules.values()) {
        let provision = functions.provision.clone();
        tasks.spawn(follow_one(provision, schedule, ending.clone()));
    }
}

async fn follow_one(
    provision: Context,
    schedule: &'static Schedule,
    mut ending: watch::Receiver<bool>,
) {
    while !*ending.borrow() {
        if let Err(problem) = wake(&provision, schedule.event.clone()).await {
            tracing::error!(%problem, "what a schedule asks for was not done");
        }
        tokio::select! {
            () = sleep(schedule.period) => {}
            _ = ending.changed() => {}
        }
    }
}

async fn wake(provision: &Context, event: Value) -> Result<(), Problem> {
    let event = serde_json::from_value(event);
    let event = event.map_err(Problem::because("the event is none of provision's"))?;
    let answer = vestibule_provision::handle(provision, event).await;
    answer.map_err(Problem::because("the work could not be done"))?;
    Ok(())
}
