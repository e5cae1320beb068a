//! The operations that the store is built on.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Get, KeysAndAttributes, Put, PutRequest, ReturnValue,
    ReturnValuesOnConditionCheckFailure, TableStatus, TimeToLiveStatus, TransactGetItem,
    TransactWriteItem, WriteRequest,
};
use vestibule_tables::{Engine, Template};

use crate::fixture::{Tables, item, text};

#[tokio::test]
async fn each_table_of_the_template_is_made_once() {
    let tables = Tables::in_memory().await;
    let again = tables
        .engine
        .create_tables(Template::embedded().unwrap(), "test")
        .await
        .unwrap();
    assert_eq!(again, tables.names);
    let names: Vec<&str> = again.values().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "test-access",
            "test-audit",
            "test-authenticators",
            "test-directory",
            "test-keys",
            "test-sessions"
        ]
    );
    let listed = tables.client.list_tables().send().await.unwrap();
    assert_eq!(listed.table_names(), names);
}

#[tokio::test]
async fn a_table_has_its_index_its_stream_and_its_time_to_live() {
    let tables = Tables::in_memory().await;
    let access = tables
        .client
        .describe_table()
        .table_name(tables.name("AccessTable"))
        .send()
        .await
        .unwrap();
    let access = access.table.unwrap();
    assert_eq!(access.table_status, Some(TableStatus::Active));
    assert_eq!(
        access.global_secondary_indexes()[0].index_name(),
        Some("listing")
    );
    assert_eq!(
        access
            .stream_specification
            .unwrap()
            .stream_view_type
            .unwrap()
            .as_str(),
        "NEW_AND_OLD_IMAGES"
    );

    for (logical_id, status) in [
        ("SessionsTable", TimeToLiveStatus::Enabled),
        ("AuditTable", TimeToLiveStatus::Enabled),
        ("AccessTable", TimeToLiveStatus::Enabled),
        ("DirectoryTable", TimeToLiveStatus::Disabled),
    ] {
        let described = tables
            .client
            .describe_time_to_live()
            .table_name(tables.name(logical_id))
            .send()
            .await
            .unwrap();
        assert_eq!(
            described
                .time_to_live_description
                .unwrap()
                .time_to_live_status,
            Some(status),
            "{logical_id}"
        );
    }
}

#[tokio::test]
async fn a_conditional_put_loses_against_an_item_that_is_there() {
    let tables = Tables::in_memory().await;
    let put = |value: &str| {
        tables
            .client
            .put_item()
            .table_name(tables.name("DirectoryTable"))
            .set_item(Some(item(&[
                ("pk", "USER#1"),
                ("sk", "USER"),
                ("value", value),
            ])))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    };
    put("first").send().await.unwrap();
    let error = put("second").send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(
        refusal,
    ) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(refusal.item.unwrap()["value"], text("first"));
}

#[tokio::test]
async fn a_cancelled_transaction_says_which_part_failed_and_writes_nothing() {
    let tables = Tables::in_memory().await;
    let table = tables.name("DirectoryTable");
    tables.put("DirectoryTable", "NAME#ada", "NAME").await;
    let put = |pk: &str| {
        let put = Put::builder()
            .table_name(&table)
            .set_item(Some(item(&[("pk", pk), ("sk", "NAME")])))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    let check = ConditionCheck::builder()
        .table_name(&table)
        .key("pk", text("NAME#nobody"))
        .key("sk", text("NAME"))
        .condition_expression("attribute_not_exists(pk)")
        .build()
        .unwrap();
    let check = TransactWriteItem::builder().condition_check(check).build();
    let error = tables
        .client
        .transact_write_items()
        .set_transact_items(Some(vec![put("NAME#eve"), put("NAME#ada"), check]))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        cancelled,
    ) = error
    else {
        panic!("{error:?}");
    };
    let codes: Vec<_> = cancelled
        .cancellation_reasons()
        .iter()
        .map(|reason| reason.code().unwrap())
        .collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed", "None"]);
    assert_eq!(tables.count("DirectoryTable").await, 1);
}

#[tokio::test]
async fn the_index_lists_in_order_page_by_page_and_leaves_out_what_is_not_listed() {
    let tables = Tables::in_memory().await;
    let table = tables.name("DirectoryTable");
    for number in ["3", "1", "2"] {
        let listed = item(&[
            ("pk", &format!("USER#{number}")),
            ("sk", "USER"),
            ("listing_pk", "USERS"),
            ("listing_sk", number),
        ]);
        tables
            .client
            .put_item()
            .table_name(&table)
            .set_item(Some(listed))
            .send()
            .await
            .unwrap();
    }
    tables.put("DirectoryTable", "USER#4", "USER").await;

    let mut seen = Vec::new();
    let mut start = None;
    loop {
        let page = tables
            .client
            .query()
            .table_name(&table)
            .index_name("listing")
            .key_condition_expression("listing_pk = :users")
            .expression_attribute_values(":users", text("USERS"))
            .limit(2)
            .set_exclusive_start_key(start)
            .send()
            .await
            .unwrap();
        seen.extend(
            page.items()
                .iter()
                .map(|item| item["pk"].as_s().unwrap().clone()),
        );
        start = page.last_evaluated_key;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["USER#1", "USER#2", "USER#3"]);
}

#[tokio::test]
async fn an_update_counts_on_a_condition_and_returns_what_it_took() {
    let tables = Tables::in_memory().await;
    let table = tables.name("SessionsTable");
    let count = || {
        tables
            .client
            .update_item()
            .table_name(&table)
            .key("pk", text("THROTTLE#a"))
            .key("sk", text("THROTTLE"))
            .update_expression("ADD tries :one")
            .condition_expression("attribute_not_exists(tries) OR tries < :limit")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":limit", AttributeValue::N("2".to_owned()))
            .return_values(ReturnValue::AllNew)
    };
    count().send().await.unwrap();
    let second = count().send().await.unwrap();
    assert_eq!(
        second.attributes.unwrap()["tries"],
        AttributeValue::N("2".to_owned())
    );
    let error = count().send().await.unwrap_err();
    assert_eq!(error.code(), Some("ConditionalCheckFailedException"));

    let taken = tables
        .client
        .delete_item()
        .table_name(&table)
        .key("pk", text("THROTTLE#a"))
        .key("sk", text("THROTTLE"))
        .return_values(ReturnValue::AllOld)
        .send()
        .await
        .unwrap();
    assert!(taken.attributes.is_some());
    assert_eq!(tables.count("SessionsTable").await, 0);
}

#[tokio::test]
async fn batches_and_transactions_read_what_batches_wrote() {
    let tables = Tables::in_memory().await;
    let table = tables.name("AccessTable");
    let writes = (0..25).map(|number| {
        let put = PutRequest::builder()
            .set_item(Some(item(&[
                ("pk", &format!("ACCOUNT#{number}")),
                ("sk", "ACCOUNT"),
            ])))
            .build()
            .unwrap();
        WriteRequest::builder().put_request(put).build()
    });
    let written = tables
        .client
        .batch_write_item()
        .request_items(&table, writes.collect())
        .send()
        .await
        .unwrap();
    assert!(
        written
            .unprocessed_items()
            .is_none_or(std::collections::HashMap::is_empty)
    );

    let key = |number: u32| item(&[("pk", &format!("ACCOUNT#{number}")), ("sk", "ACCOUNT")]);
    let keys = KeysAndAttributes::builder()
        .consistent_read(true)
        .set_keys(Some((20..30).map(key).collect()));
    let read = tables
        .client
        .batch_get_item()
        .request_items(&table, keys.build().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(read.responses.unwrap()[&table].len(), 5);

    let get = |number| {
        let get = Get::builder()
            .table_name(&table)
            .set_key(Some(key(number)))
            .build()
            .unwrap();
        TransactGetItem::builder().get(get).build()
    };
    let read = tables
        .client
        .transact_get_items()
        .set_transact_items(Some(vec![get(1), get(99)]))
        .send()
        .await
        .unwrap();
    let found: Vec<bool> = read
        .responses()
        .iter()
        .map(|response| response.item.is_some())
        .collect();
    assert_eq!(found, [true, false]);
}

#[tokio::test]
async fn a_fault_of_the_caller_is_a_validation_error() {
    let tables = Tables::in_memory().await;
    let query = tables
        .client
        .query()
        .table_name(tables.name("AccessTable"))
        .key_condition_expression("pk >");
    assert_eq!(
        query.send().await.unwrap_err().code(),
        Some("ValidationException")
    );
    let missing = tables
        .client
        .get_item()
        .table_name("test-nothing")
        .key("pk", text("a"))
        .key("sk", text("b"));
    assert_eq!(
        missing.send().await.unwrap_err().code(),
        Some("ResourceNotFoundException")
    );
    let unknown = tables.client.describe_limits();
    assert_eq!(
        unknown.send().await.unwrap_err().code(),
        Some("ValidationException")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_take_the_same_item_exactly_one_wins() {
    let tables = Tables::in_memory().await;
    tables.put("SessionsTable", "CODE#1", "CODE").await;
    let takers = (0..100).map(|_| {
        tables
            .client
            .delete_item()
            .table_name(tables.name("SessionsTable"))
            .key("pk", text("CODE#1"))
            .key("sk", text("CODE"))
            .condition_expression("attribute_exists(pk)")
            .send()
    });
    let mut set = tokio::task::JoinSet::new();
    for taker in takers {
        set.spawn(taker);
    }
    let won = set.join_all().await.into_iter().flatten().count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn expired_items_go_when_they_are_swept() {
    let tables = Tables::in_memory().await;
    let put = |pk: &str, ttl: &str| {
        let mut item = item(&[("pk", pk), ("sk", "SESSION")]);
        item.insert("ttl".to_owned(), AttributeValue::N(ttl.to_owned()));
        tables
            .client
            .put_item()
            .table_name(tables.name("SessionsTable"))
            .set_item(Some(item))
            .send()
    };
    put("SESSION#old", "1700000000").await.unwrap();
    put("SESSION#new", "9000000000").await.unwrap();
    assert_eq!(tables.engine.delete_expired().await.unwrap(), 1);
    assert_eq!(tables.count("SessionsTable").await, 1);
}

#[test]
fn clones_share_the_tables_and_engines_do_not() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let tables = Tables::in_memory().await;
        tables.put("KeysTable", "KEY#1", "KEY").await;
        let clone = Tables::on(tables.engine.clone()).await;
        assert_eq!(clone.count("KeysTable").await, 1);
        let other = Tables::on(Engine::memory().unwrap()).await;
        assert_eq!(other.count("KeysTable").await, 0);
    });
}
