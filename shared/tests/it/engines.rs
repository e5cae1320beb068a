//! Runs a clause on every engine there is. Where `CI` is set, a missing second engine fails.

use vestibule_tables::fixture::World;

/// Empty tables on each engine, one after the other; the tables of another engine are removed afterwards.
pub(crate) async fn on_each_engine<F>(name: &str, clause: impl Fn(World) -> F)
where
    F: Future<Output = ()>,
{
    clause(World::empty().await.unwrap()).await;
    match setting("DYNAMODB_ENDPOINT") {
        Some(endpoint) => {
            // The process id keeps two runs on one engine apart.
            let prefix = format!("{name}-{}", std::process::id());
            let (world, external) = World::external(&endpoint, &prefix).await.unwrap();
            clause(world).await;
            external.delete_tables().await;
        }
        None => assert!(
            setting("CI").is_none(),
            "DYNAMODB_ENDPOINT is not set: the store's clauses ran on one engine only"
        ),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the second engine is named by whoever runs the tests"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
