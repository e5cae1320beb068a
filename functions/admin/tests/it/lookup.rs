//! Looking up what was recorded: the newest first, in pages, over days, by what somebody wants to know.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_shared::store::audit::{Actor, Origin, Record};

use crate::organization::Organization;

/// Writes a record of `name` by the user `user`, now.
async fn write(organization: &Organization, name: &str) {
    write_with(organization, name, json!(name)).await;
}

async fn write_with(organization: &Organization, name: &str, value: Value) {
    let world = &organization.world;
    let actor = Actor::User {
        id: organization.sample.user.id.clone(),
        session: None,
    };
    let moment = (world.clock.now(), &world.random);
    let record = Record::new(
        ("sso.amazonaws.com", name),
        &actor,
        &Origin::default(),
        moment,
    )
    .parameters(json!({ "accountId": "111111111111", "name": value }));
    world.audit.write(&record).await.unwrap();
}

/// Every event that fits, and in how many pages.
async fn lookup(organization: &Organization, input: &Value) -> (Vec<Value>, usize) {
    let mut input = input.clone();
    let mut found = Vec::new();
    for pages in 1.. {
        let page = organization.ok("LookupEvents", input.clone()).await;
        found.extend(page["Events"].as_array().unwrap().clone());
        match page.get("NextToken") {
            Some(token) => input["NextToken"] = token.clone(),
            None => return (found, pages),
        }
    }
    unreachable!("there is an end")
}

fn numbers(events: &[Value]) -> Vec<usize> {
    let names = events.iter().map(|event| event["EventName"].as_str());
    names
        .filter_map(|name| name?.strip_prefix("Number")?.parse().ok())
        .collect()
}

#[tokio::test]
async fn the_newest_come_first_and_pages_are_complete_whatever_their_size() {
    let organization = Organization::new().await;
    for number in 0..70 {
        // Some at the same moment, some on another day.
        if number % 3 == 0 {
            organization.world.advance(SignedDuration::from_mins(97));
        }
        write(&organization, &format!("Number{number}")).await;
    }
    let (all, _) = lookup(&organization, &json!({})).await;
    let times: Vec<f64> = all
        .iter()
        .map(|event| event["EventTime"].as_f64().unwrap())
        .collect();
    assert!(times.is_sorted_by(|one, next| one >= next));
    let mut found = numbers(&all);
    found.sort_unstable();
    assert!(found.into_iter().eq(0..70));
    for size in [1, 2, 7, 33, 100] {
        let (paged, pages) = lookup(&organization, &json!({ "MaxResults": size })).await;
        assert_eq!(paged, all, "{size}");
        assert!(pages >= all.len().div_ceil(size), "{size}");
    }
}

/// A Lambda answers 6 MB at most, in base64.
#[tokio::test]
async fn a_page_ends_before_it_is_too_large_to_be_answered() {
    let organization = Organization::new().await;
    let document = "\"".repeat(32 * 1024);
    for number in 0..100 {
        organization.world.advance(SignedDuration::from_secs(1));
        write_with(&organization, &format!("Number{number}"), json!(document)).await;
    }
    let mut input = json!({ "EventSource": "sso.amazonaws.com" });
    let mut found = Vec::new();
    loop {
        let page = organization.ok("LookupEvents", input.clone()).await;
        assert!(page.to_string().len() < 4 * 1024 * 1024);
        found.extend(numbers(page["Events"].as_array().unwrap()));
        match page.get("NextToken") {
            Some(token) => input["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert!(found.into_iter().eq((0..100).rev()));
}

#[tokio::test]
async fn only_what_fits_is_found() {
    let organization = Organization::new().await;
    for number in 0..40 {
        write(&organization, &format!("Number{number}")).await;
    }
    let user = organization.sample.user.id.to_string();
    let key = organization.key.id.clone();
    organization
        .ok("UpdateSettings", json!({ "DeviceGrantEnabled": false }))
        .await;
    for (criteria, count) in [
        (json!({ "EventName": "Number7" }), 1),
        (json!({ "UserId": user, "AccountId": "111111111111" }), 40),
        (json!({ "AccessKeyId": key, "EventSource": "vestibule" }), 1),
        (json!({ "AccountId": "333333333333" }), 0),
        (json!({ "EventName": "Number7", "AccessKeyId": key }), 0),
    ] {
        let (found, _) = lookup(&organization, &criteria).await;
        assert_eq!(found.len(), count, "{criteria}");
    }
    let (found, _) = lookup(&organization, &json!({ "EventName": "UpdateSettings" })).await;
    assert_eq!(found[0]["AccessKeyId"], key);
    let record = found[0]["CloudTrailEvent"].as_str().unwrap();
    let record: Value = serde_json::from_str(record).unwrap();
    assert_eq!(record["eventID"], found[0]["EventId"]);
    assert_eq!(record["recipientAccountId"], "999999999999");
    assert_eq!(record["requestParameters"]["deviceGrantEnabled"], false);
}

#[tokio::test]
async fn an_interval_has_both_its_ends_in_it() {
    let organization = Organization::new().await;
    let mut moments = Vec::new();
    for number in 0..5 {
        organization.world.advance(SignedDuration::from_hours(30));
        moments.push(organization.world.clock.now().as_second());
        write(&organization, &format!("Number{number}")).await;
    }
    let within = async |input: Value| numbers(&lookup(&organization, &input).await.0);
    let input = json!({ "StartTime": moments[1], "EndTime": moments[3] });
    assert_eq!(within(input).await, [3, 2, 1]);
    assert_eq!(within(json!({ "StartTime": moments[3] })).await, [4, 3]);
    assert_eq!(within(json!({ "EndTime": moments[1] })).await, [1, 0]);
    let input = json!({ "StartTime": moments[1] + 1, "EndTime": moments[2] - 1 });
    assert!(within(input).await.is_empty());
    let input = json!({ "StartTime": moments[2], "EndTime": moments[2] });
    assert_eq!(within(input).await, [2]);
}

#[tokio::test]
async fn what_is_long_ago_is_found_if_it_is_asked_for() {
    let organization = Organization::new().await;
    write(&organization, "Number1").await;
    organization
        .world
        .advance(SignedDuration::from_hours(24 * 200));
    let (found, _) = lookup(&organization, &json!({})).await;
    assert!(numbers(&found).is_empty());
    // The table has no gaps to be seen, so that one call reads some days and says where to go on.
    let (found, pages) = lookup(&organization, &json!({ "StartTime": 0 })).await;
    assert_eq!(numbers(&found), [1]);
    assert!((2..40).contains(&pages), "{pages}");
}

#[tokio::test]
async fn strange_questions_are_refused() {
    let organization = Organization::new().await;
    for input in [
        json!({ "StartTime": 2_000_000_000, "EndTime": 1_000_000_000 }),
        json!({ "StartTime": -1 }),
        json!({ "EndTime": 1e300 }),
        json!({ "NextToken": "x" }),
        json!({ "NextToken": "MjA5OS0wMS0wMVU" }),
        json!({ "MaxResults": 101 }),
        json!({ "AccountId": "1" }),
    ] {
        let refused = organization.refused("LookupEvents", input.clone()).await;
        assert_eq!(refused, "ValidationException", "{input}");
    }
}
