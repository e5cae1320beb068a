//! What the store does when DynamoDB leaves something undone: a client that does not ask the engine everything.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use vestibule_shared::ids::IdentityStoreId;
use vestibule_shared::store::access::{PermissionSet, PermissionSetState};
use vestibule_tables::fixture::World;

/// What is answered to an operation with this body, instead of what the engine would.
type Impede = dyn Fn(&str, Value) -> Option<(u16, Value)> + Send + Sync;

#[derive(Clone)]
struct Impeded {
    engine: SharedHttpConnector,
    impede: Arc<Impede>,
}

impl fmt::Debug for Impeded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Impeded")
    }
}

impl HttpConnector for Impeded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap();
        let (_, operation) = target.split_once('.').unwrap();
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        match (self.impede)(operation, body) {
            None => self.engine.call(request),
            Some((status, body)) => {
                let status = StatusCode::try_from(status).unwrap();
                let body = SdkBody::from(body.to_string());
                HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
            }
        }
    }
}

/// Empty tables whose engine `impede` stands before.
async fn world(
    impede: impl Fn(&str, Value) -> Option<(u16, Value)> + Send + Sync + 'static,
) -> World {
    let world = World::empty().await.unwrap();
    let engine: SharedHttpClient = world.client().config().http_client().unwrap();
    let impede: Arc<Impede> = Arc::new(impede);
    let client = http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Impeded {
            engine: engine.http_connector(settings, components),
            impede: Arc::clone(&impede),
        })
    });
    let config = world.client().config().to_builder();
    let client = aws_sdk_dynamodb::Client::from_conf(config.http_client(client).build());
    World::over(&client, world.names.clone(), world.engine.clone()).unwrap()
}

#[tokio::test]
async fn what_a_batch_leaves_unread_is_asked_for_until_it_is_read() {
    let asked = AtomicUsize::new(0);
    let world = world(move |operation, body| {
        let unread = operation == "BatchGetItem" && asked.fetch_add(1, Ordering::SeqCst) < 6;
        let answer = json!({ "Responses": {}, "UnprocessedKeys": body["RequestItems"] });
        unread.then_some((200, answer))
    })
    .await;
    let store = IdentityStoreId::parse("d-0123456789").unwrap();
    let group = world.create_group(&store, "Developers").await.unwrap();
    let found = world.directory.find_groups(&[group.id]).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_permission_set_is_deleted_even_where_its_revisions_stay() {
    let world = world(|operation, _| {
        let refusal = json!({ "__type": "com.amazon.coral.validate#ValidationException" });
        (operation == "DeleteItem").then_some((400, refusal))
    })
    .await;
    let before = world.create_permission_set("Admin").await.unwrap();
    let deleting = PermissionSet {
        state: PermissionSetState::Deleting,
        ..before.clone()
    };
    let (change, deletion) = (world.record(), world.record());
    let access = &world.access;
    access
        .replace_permission_set((&before, &deleting), world.recorded(&change))
        .await
        .unwrap();
    access
        .delete_permission_set(&deleting, world.recorded(&deletion))
        .await
        .unwrap();
    assert_eq!(access.find_permission_set(&before.id).await.unwrap(), None);
}
