//! A function's client does what the template allows its role, and nothing else.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{Delete, KeysAndAttributes, Put, TransactWriteItem};
use vestibule_tables::Template;

use crate::fixture::{Tables, item, text};

const DENIED: Option<&str> = Some("AccessDeniedException");

fn client_of(tables: &Tables, function: &str) -> Client {
    let function = Template::embedded().unwrap().function(function).unwrap();
    tables.engine.client_of(function, &tables.names)
}

async fn put(client: &Client, table: &str, pk: &str) -> Option<String> {
    let item = item(&[("pk", pk), ("sk", "RECORD")]);
    let outcome = client
        .put_item()
        .table_name(table)
        .set_item(Some(item))
        .send()
        .await;
    outcome
        .err()
        .map(|error| error.code().unwrap_or_default().to_owned())
}

async fn find(client: &Client, table: &str, pk: &str) -> Option<String> {
    let request = client
        .get_item()
        .table_name(table)
        .key("pk", text(pk))
        .key("sk", text("RECORD"));
    let outcome = request.send().await;
    outcome
        .err()
        .map(|error| error.code().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn every_function_may_write_audit_records_and_only_admin_reads_them() {
    let tables = Tables::in_memory().await;
    let audit = tables.name("AuditTable");
    for function in &Template::embedded().unwrap().functions {
        let client = tables.engine.client_of(function, &tables.names);
        assert_eq!(
            put(&client, &audit, "2026-01-01#0").await,
            None,
            "{}",
            function.binary
        );
        let query = client
            .query()
            .table_name(&audit)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text("2026-01-01#0"));
        let reads = query.send().await.is_ok();
        assert_eq!(reads, function.binary == "admin", "{}", function.binary);
        let delete = client
            .delete_item()
            .table_name(&audit)
            .key("pk", text("a"))
            .key("sk", text("b"))
            .send()
            .await;
        assert_eq!(delete.unwrap_err().code(), DENIED, "{}", function.binary);
    }
}

#[tokio::test]
async fn the_portal_alone_reaches_the_authenticators() {
    let tables = Tables::in_memory().await;
    for function in &Template::embedded().unwrap().functions {
        let client = tables.engine.client_of(function, &tables.names);
        let refused = find(&client, &tables.name("AuthenticatorsTable"), "USER#1").await;
        assert_eq!(
            refused.is_none(),
            function.binary == "portal",
            "{}",
            function.binary
        );
    }
}

#[tokio::test]
async fn a_permission_limited_to_leading_keys_reaches_those_only() {
    let tables = Tables::in_memory().await;
    let admin = client_of(&tables, "admin");
    let sessions = tables.name("SessionsTable");
    assert_eq!(put(&admin, &sessions, "LINK#1").await, None);
    assert_eq!(put(&admin, &sessions, "SESSION#1").await.as_deref(), DENIED);
    let saml = client_of(&tables, "saml");
    let keys = tables.name("KeysTable");
    assert_eq!(find(&saml, &keys, "CERTIFICATE").await, None);
    assert_eq!(find(&saml, &keys, "ACCESSKEY#1").await.as_deref(), DENIED);
}

#[tokio::test]
async fn the_portal_may_say_since_when_sessions_count_and_change_nothing_else_of_a_user() {
    let tables = Tables::in_memory().await;
    let portal = client_of(&tables, "portal");
    let directory = tables.name("DirectoryTable");
    assert_eq!(put(&portal, &directory, "USER#1").await.as_deref(), DENIED);
    for (pk, change, allowed) in [
        ("USER#1", "SET sessions_not_before = :it", true),
        (
            "USER#1",
            "SET sessions_not_before = :it, active = :it",
            false,
        ),
        ("USER#1", "SET #name = :it", false),
        ("GROUP#1", "SET sessions_not_before = :it", false),
    ] {
        let mut update = portal
            .update_item()
            .table_name(&directory)
            .key("pk", text(pk))
            .key("sk", text("PROFILE"))
            .update_expression(change)
            .condition_expression("attribute_not_exists(revision)")
            .expression_attribute_values(":it", text("1"));
        if change.contains('#') {
            update = update.expression_attribute_names("#name", "user_name");
        }
        let outcome = update.send().await;
        let refused = outcome.as_ref().err().and_then(ProvideErrorMetadata::code);
        assert_eq!(
            refused,
            if allowed { None } else { DENIED },
            "{pk}: {change}"
        );
    }
}

#[tokio::test]
async fn each_part_of_a_transaction_or_a_batch_needs_its_own_permission() {
    let tables = Tables::in_memory().await;
    let portal = client_of(&tables, "portal");
    let session = item(&[("pk", "SESSION#1"), ("sk", "SESSION")]);
    let session = Put::builder()
        .table_name(tables.name("SessionsTable"))
        .set_item(Some(session));
    let session = TransactWriteItem::builder()
        .put(session.build().unwrap())
        .build();
    let user = Delete::builder()
        .table_name(tables.name("DirectoryTable"))
        .key("pk", text("USER#1"))
        .key("sk", text("PROFILE"));
    let user = TransactWriteItem::builder()
        .delete(user.build().unwrap())
        .build();
    let transact = |parts| {
        portal
            .transact_write_items()
            .set_transact_items(Some(parts))
            .send()
    };
    assert!(transact(vec![session.clone()]).await.is_ok());
    assert_eq!(
        transact(vec![session, user]).await.unwrap_err().code(),
        DENIED
    );

    let keys = || {
        KeysAndAttributes::builder()
            .keys(item(&[("pk", "USER#1"), ("sk", "PROFILE")]))
            .build()
            .unwrap()
    };
    let batch = portal
        .batch_get_item()
        .request_items(tables.name("DirectoryTable"), keys());
    assert!(batch.send().await.is_ok());
    let batch = portal
        .batch_get_item()
        .request_items(tables.name("SessionsTable"), keys());
    assert_eq!(batch.send().await.unwrap_err().code(), DENIED);
}

#[tokio::test]
async fn an_index_is_not_its_table() {
    let tables = Tables::in_memory().await;
    let list = async |function: &str| {
        let query = client_of(&tables, function)
            .query()
            .table_name(tables.name("AccessTable"))
            .index_name("listing")
            .key_condition_expression("listing_pk = :listing")
            .expression_attribute_values(":listing", text("ACCOUNTS"));
        query.send().await.is_ok()
    };
    assert!(list("admin").await);
    assert!(!list("portal").await);
}

#[tokio::test]
async fn no_function_makes_or_scans_tables() {
    let tables = Tables::in_memory().await;
    let admin = client_of(&tables, "admin");
    assert_eq!(admin.list_tables().send().await.unwrap_err().code(), DENIED);
    let scan = admin.scan().table_name(tables.name("AccessTable"));
    assert_eq!(scan.send().await.unwrap_err().code(), DENIED);
}
