//! `GET /saml/console`.

use data_encoding::BASE64;
use http::StatusCode;
use jiff::SignedDuration;
use proptest::prelude::*;
use roxmltree::Document;
use serde_json::json;
use vestibule_shared::ids::Principal;
use vestibule_shared::store::Table;
use vestibule_shared::store::access::{AccountStatus, Place, Provisioned};
use vestibule_shared::store::audit::Audit;
use vestibule_shared::store::directory::User;

use crate::fixture::{Answer, Organization};

const CONSOLE: &str = "/saml/console?account_id=111111111111&role_name=ReadOnly";

/// The values of the assertion's attributes, by the last part of their names.
fn attribute(xml: &str, name: &str) -> String {
    let document = Document::parse(xml).unwrap();
    let name = format!("https://aws.amazon.com/SAML/Attributes/{name}");
    let mut named = document
        .descendants()
        .filter(|it| it.attribute("Name") == Some(&name));
    let only = named.next().unwrap();
    assert!(named.next().is_none());
    only.first_element_child()
        .unwrap()
        .text()
        .unwrap()
        .to_owned()
}

fn response(answer: &Answer) -> String {
    let xml = BASE64.decode(answer.field("SAMLResponse").as_bytes());
    String::from_utf8(xml.unwrap()).unwrap()
}

async fn replace_user(organization: &Organization, change: impl FnOnce(&mut User)) {
    let before = &organization.sample.user;
    let mut after = before.clone();
    after.revision += 1;
    change(&mut after);
    let world = &organization.world;
    let record = world.record();
    let replaced = world
        .directory
        .replace_user((before, &after), world.recorded(&record));
    replaced.await.unwrap();
}

async fn replace_provisioned(organization: &Organization, change: impl FnOnce(&mut Provisioned)) {
    let (access, place) = (&organization.world.access, &organization.sample.place);
    let now = organization.world.clock.now();
    let lease = access.take_lease(&place.account, now, SignedDuration::from_mins(1));
    let lease = lease.await.unwrap().unwrap();
    let mut provisioned = access.find_provisioned(place).await.unwrap().unwrap();
    change(&mut provisioned);
    access
        .record_provisioned(&lease, &provisioned)
        .await
        .unwrap();
    access.release_lease(&lease).await.unwrap();
}

#[tokio::test]
async fn a_person_with_an_assignment_gets_a_form_for_the_sign_in_endpoint() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let form = "<form class=\"form\" method=\"post\" action=\"https://signin.aws.amazon.com/saml\"";
    assert!(answer.body.contains(form));
    assert_eq!(
        answer.field("RelayState"),
        "https://console.aws.amazon.com/"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let policy = answer.header("content-security-policy");
    let leads_to = "form-action https://signin.aws.amazon.com/saml https://*.aws.amazon.com;";
    assert!(policy.contains(leads_to), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");

    let xml = response(&answer);
    let set = organization.sample.permission_set.id.digits();
    let user = organization.sample.user.id.as_str();
    assert_eq!(
        attribute(&xml, "Role"),
        format!(
            "arn:aws:iam::111111111111:role/vestibule/VestibuleSSO_ReadOnly_{set},\
             arn:aws:iam::111111111111:saml-provider/Vestibule_0123456789abcdef"
        )
    );
    assert_eq!(attribute(&xml, "RoleSessionName"), "alice");
    assert_eq!(attribute(&xml, "SourceIdentity"), user);
    assert_eq!(attribute(&xml, "SessionDuration"), "3600");
    assert!(xml.contains(&organization.certificate));
    assert!(xml.contains("AuthnInstant=\"2026-01-02T03:04:05Z\""));
    assert!(xml.contains("NotOnOrAfter=\"2026-01-02T03:09:05Z\""));
}

#[tokio::test]
async fn two_responses_never_have_the_same_ids() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let xml = response(&organization.open(CONSOLE, Some(&cookie)).await);
        let document = Document::parse(&xml).unwrap();
        let found = document.descendants().filter_map(|it| it.attribute("ID"));
        ids.extend(found.map(str::to_owned));
    }
    assert_eq!(ids.len(), 4);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn the_entry_is_on_record() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let [record] = &organization.recorded("Federate").await[..] else {
        panic!("one record");
    };
    assert_eq!(record.event_source, "sso.amazonaws.com");
    assert_eq!(
        record.request_parameters,
        json!({ "accountId": "111111111111", "roleName": "ReadOnly" })
    );
    let user = organization.sample.user.id.as_str();
    assert_eq!(record.user_identity["onBehalfOf"]["userId"], user);
    assert_eq!(record.error_code, None);
    let text = serde_json::to_string(record).unwrap();
    assert!(!text.contains(&cookie));
    assert!(!text.contains(answer.field("SAMLResponse")));
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_signed() {
    let mut organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    organization.context.audit = Audit::new(
        Table::new(organization.world.client(), "missing"),
        "us-east-1".to_owned(),
        organization.sample.instance.management_account.clone(),
        1,
    );
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.body.contains("SAMLResponse"));
}

#[tokio::test]
async fn a_failure_to_sign_leaves_a_second_record_that_refers_to_the_first() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    replace_provisioned(&organization, |it| it.session_seconds = Some(1)).await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let records = organization.recorded("Federate").await;
    let (failed, begun): (Vec<_>, Vec<_>) = records
        .into_iter()
        .partition(|record| record.error_code.is_some());
    let ([failed], [begun]) = (&failed[..], &begun[..]) else {
        panic!("one record each");
    };
    assert_eq!(failed.error_code.as_deref(), Some("InternalFailure"));
    assert_eq!(failed.service_event_details["attempt"], begun.event_id);
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_and_comes_back() {
    let organization = Organization::new().await;
    let link = format!("{CONSOLE}&destination=https://console.aws.amazon.com/s3?a=b%26c");
    let answer = organization.open(&link, None).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let location = answer.header("location");
    let (path, query) = location.split_once('?').unwrap();
    assert_eq!(path, "/start/sign-in");
    let back: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    assert_eq!(back, [("return".to_owned(), link)]);
    assert!(organization.recorded("Federate").await.is_empty());
}

#[tokio::test]
async fn a_link_too_long_to_come_back_to_leads_to_the_sign_in_alone() {
    let organization = Organization::new().await;
    let link = format!("{CONSOLE}&destination={}", "x".repeat(3000));
    let answer = organization.open(&link, None).await;
    assert_eq!(answer.header("location"), "/start/sign-in");
}

#[tokio::test]
async fn a_session_that_holds_no_longer_is_none() {
    let organization = Organization::new().await;
    let unknown = "a".repeat(43);
    for cookie in ["", "short", &unknown] {
        let answer = organization.open(CONSOLE, Some(cookie)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{cookie}");
    }
    let cookie = organization.sign_in().await;
    organization.world.advance(SignedDuration::from_hours(8));
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_deactivated_user_is_not_signed_in() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    replace_user(&organization, |user| user.active = false).await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_user_whose_sessions_were_ended_is_not_signed_in() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let ended = organization.world.clock.now() + SignedDuration::from_secs(1);
    replace_user(&organization, |user| user.sessions_not_before = Some(ended)).await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_kind_of_no_access_looks_the_same() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let world = &organization.world;
    let [_, prod] = &organization.sample.accounts;
    let pending = Place {
        account: prod.id.clone(),
        permission_set: organization.sample.permission_set.id.clone(),
    };
    let principal = Principal::User(organization.sample.user.id.clone());
    world
        .request_assignment(&principal, &pending)
        .await
        .unwrap();
    world.create_permission_set("Unassigned").await.unwrap();

    let mut pages = Vec::new();
    for (account, role) in [
        ("222222222222", "ReadOnly"),
        ("111111111111", "Unassigned"),
        ("111111111111", "Unknown"),
        ("333333333333", "ReadOnly"),
    ] {
        let link = format!("/saml/console?account_id={account}&role_name={role}");
        let answer = organization.open(&link, Some(&cookie)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{link}");
        pages.push(answer.without_reference());
    }
    pages.dedup();
    assert_eq!(pages.len(), 1);
    let recorded = organization.recorded("Federate").await;
    assert_eq!(recorded.len(), 4);
    for record in recorded {
        assert_eq!(record.error_code.as_deref(), Some("AccessDenied"));
    }
}

#[tokio::test]
async fn an_account_that_is_suspended_is_not_entered() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let [mut dev, _] = organization.sample.accounts.clone();
    dev.status = AccountStatus::Suspended;
    organization.world.put_account(&dev).await.unwrap();
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nothing_is_entered_while_trusted_access_is_off() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    organization
        .configure(|instance| instance.trusted_access = false)
        .await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("Access is switched off"));
}

#[tokio::test]
async fn the_destination_is_the_links_or_else_the_permission_sets() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let set = "https://console.aws.amazon.com/cloudwatch/";
    replace_provisioned(&organization, |it| it.relay_state = Some(set.to_owned())).await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.field("RelayState"), set);
    let link = "https://eu-west-1.console.aws.amazon.com/s3/";
    let both = format!("{CONSOLE}&destination={link}");
    let answer = organization.open(&both, Some(&cookie)).await;
    assert_eq!(answer.field("RelayState"), link);
}

#[tokio::test]
async fn a_destination_elsewhere_is_refused_and_on_record() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let link = format!("{CONSOLE}&destination=https://evil.example/");
    let answer = organization.open(&link, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(!answer.body.contains("evil.example"));
    let [record] = &organization.recorded("Federate").await[..] else {
        panic!("one record");
    };
    assert_eq!(
        record.error_code.as_deref(),
        Some("InvalidRequestException")
    );
}

#[tokio::test]
async fn a_user_name_that_sts_refuses_becomes_one_that_it_takes() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    replace_user(&organization, |user| user.user_name = "Zoë <z>".to_owned()).await;
    let xml = response(&organization.open(CONSOLE, Some(&cookie)).await);
    let id = organization.sample.user.id.as_str();
    let expected = format!("Zo-{}", &id[id.len() - 8..]);
    assert_eq!(attribute(&xml, "RoleSessionName"), expected);
}

#[tokio::test]
async fn an_https_origin_keeps_to_its_own_cookie() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    organization
        .configure(|instance| instance.public_origin = "https://sso.example.com".to_owned())
        .await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.headers.contains_key("strict-transport-security"));
}

#[test]
fn no_query_makes_the_function_fail() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let organization = runtime.block_on(Organization::new());
    let cookie = runtime.block_on(organization.sign_in());
    let ours = "(account_id=[0-9]{0,12}&)?(role_name=[!-%'-~]{0,40}&)?(destination=)?[!-~]{0,60}";
    proptest!(ProptestConfig::with_cases(128), |(query in ours)| {
        let Ok(uri) = format!("/saml/console?{query}").parse::<http::Uri>() else {
            return Ok(());
        };
        let answer = runtime.block_on(organization.open(&uri.to_string(), Some(&cookie)));
        prop_assert!(answer.status.is_client_error(), "{uri}: {}", answer.status);
    });
}

#[tokio::test]
async fn what_is_configured_of_the_person_goes_along_as_tags() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let xml = response(&organization.open(CONSOLE, Some(&cookie)).await);
    assert!(!xml.contains("PrincipalTag"));

    organization
        .pass_on(&[
            ("Team", "${path:title}"),
            ("Mail", "${path:emails[primary eq true].value}"),
            ("Locale", "${path:locale}"),
        ])
        .await;
    replace_user(&organization, |user| {
        user.profile.title = Some("Plattform Ü".to_owned());
    })
    .await;
    let xml = response(&organization.open(CONSOLE, Some(&cookie)).await);
    assert_eq!(attribute(&xml, "PrincipalTag:Team"), "Plattform Ü");
    assert_eq!(attribute(&xml, "PrincipalTag:Mail"), "alice@example.com");
    assert!(!xml.contains("PrincipalTag:Locale"));
    assert!(!xml.contains("TransitiveTagKeys"));
}

#[tokio::test]
async fn an_attribute_that_aws_takes_as_no_tag_opens_nothing_and_that_is_on_record() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    organization.pass_on(&[("Team", "${path:title}")]).await;
    replace_user(&organization, |user| {
        user.profile.title = Some("R&D".to_owned());
    })
    .await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("Your attributes stand in the way"));
    let [record] = &organization.recorded("Federate").await[..] else {
        panic!("one record");
    };
    assert_eq!(record.error_code.as_deref(), Some("InvalidPrincipalTag"));
    assert!(!serde_json::to_string(record).unwrap().contains("R&D"));
}

#[tokio::test]
async fn tags_longer_than_sts_takes_open_nothing() {
    let organization = Organization::new().await;
    let cookie = organization.sign_in().await;
    let keys: Vec<String> = (0..50)
        .map(|number| format!("{}{number:02}", "𠀀".repeat(126)))
        .collect();
    let all: Vec<(&str, &str)> = keys
        .iter()
        .map(|key| (key.as_str(), "${path:title}"))
        .collect();
    organization.pass_on(&all).await;
    replace_user(&organization, |user| {
        user.profile.title = Some("漢".repeat(256));
    })
    .await;
    let answer = organization.open(CONSOLE, Some(&cookie)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let records = organization.recorded("Federate").await;
    let codes = records.iter().map(|record| record.error_code.as_deref());
    let mut codes: Vec<_> = codes.collect();
    codes.sort_unstable();
    assert_eq!(codes, [None, Some("PackedPolicyTooLarge")]);
}
