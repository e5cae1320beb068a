//! `GET /federation/credentials`.

use data_encoding::BASE64;
use http::StatusCode;
use jiff::SignedDuration;
use roxmltree::Document;
use serde_json::json;
use vestibule_shared::store::Table;
use vestibule_shared::store::access::{AccountStatus, Provisioned};
use vestibule_shared::store::audit::Audit;

use crate::fixture::{Answer, Organization};
use crate::sts::EXPIRATION;

const ROLE: &str = "/federation/credentials?account_id=111111111111&role_name=ReadOnly";

async fn ask(organization: &Organization, token: &str) -> Answer {
    organization.portal(("GET", ROLE), Some(token)).await
}

async fn change_provisioned(organization: &Organization, change: impl FnOnce(&mut Provisioned)) {
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
async fn a_person_gets_credentials_of_a_role_they_have() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    let answer = ask(&organization, &token).await;
    assert_eq!(
        answer.json(),
        json!({ "roleCredentials": {
            "accessKeyId": "ASIAEXAMPLE",
            "secretAccessKey": "the-secret",
            "sessionToken": "the-session",
            "expiration": EXPIRATION,
        } })
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let records = organization.recorded("GetRoleCredentials").await;
    let [record] = records.as_slice() else {
        panic!("{records:?}")
    };
    assert_eq!(
        record.request_parameters,
        json!({ "accountId": "111111111111", "roleName": "ReadOnly" })
    );
    assert_eq!(
        record.user_identity["onBehalfOf"]["userId"],
        json!(organization.sample.user.id)
    );
    assert_eq!(record.error_code, None);
}

#[tokio::test]
async fn sts_is_shown_a_signed_assertion_of_the_person() {
    let organization = Organization::new().await;
    change_provisioned(&organization, |provisioned| {
        provisioned.session_seconds = Some(28_800);
    })
    .await;
    let token = organization.sign_in().await.1.access;
    assert_eq!(ask(&organization, &token).await.status, StatusCode::OK);
    let asked = organization.sts.asked();
    let [asked] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert_eq!(asked["Action"], "AssumeRoleWithSAML");
    assert_eq!(asked["DurationSeconds"], "28800");
    assert!(
        asked["RoleArn"]
            .starts_with("arn:aws:iam::111111111111:role/vestibule/VestibuleSSO_ReadOnly_")
    );
    assert_eq!(
        asked["PrincipalArn"],
        "arn:aws:iam::111111111111:saml-provider/Vestibule_0123456789abcdef"
    );
    let xml = BASE64.decode(asked["SAMLAssertion"].as_bytes()).unwrap();
    let xml = String::from_utf8(xml).unwrap();
    let document = Document::parse(&xml).unwrap();
    let name_id = document
        .descendants()
        .find(|it| it.has_tag_name(("urn:oasis:names:tc:SAML:2.0:assertion", "NameID")));
    assert_eq!(
        name_id.unwrap().text(),
        Some(organization.sample.user.id.as_str())
    );
    assert!(xml.contains("<ds:SignatureValue>"));
    assert!(xml.contains("AuthnInstant=\"2026-01-02T03:04:05Z\""));
}

async fn pass_on_title(organization: &Organization, title: &str) {
    let attributes = ("Team".to_owned(), "${path:title}".to_owned());
    organization
        .configure(|instance| instance.access_control_attributes = Some([attributes].into()))
        .await;
    organization
        .change_user(|user| user.profile.title = Some(title.to_owned()))
        .await;
}

#[tokio::test]
async fn sts_is_told_what_is_configured_of_the_person_as_tags() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    pass_on_title(&organization, "Platform").await;
    assert_eq!(ask(&organization, &token).await.status, StatusCode::OK);
    let asked = organization.sts.asked();
    let xml = BASE64.decode(asked[0]["SAMLAssertion"].as_bytes()).unwrap();
    let xml = String::from_utf8(xml).unwrap();
    let document = Document::parse(&xml).unwrap();
    let tags = document.descendants().filter_map(|it| {
        let name = it.attribute("Name")?;
        let key = name.strip_prefix("https://aws.amazon.com/SAML/Attributes/PrincipalTag:")?;
        let values: Vec<_> = it.children().filter_map(|value| value.text()).collect();
        Some((key, values))
    });
    assert_eq!(tags.collect::<Vec<_>>(), [("Team", vec!["Platform"])]);
}

#[tokio::test]
async fn a_person_whose_attributes_aws_does_not_take_is_told_so() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    pass_on_title(&organization, "R&D").await;
    let answer = ask(&organization, &token).await;
    answer.assert_exception(403, "ForbiddenException");
    assert!(answer.text("message").contains("the tag Team"));
    assert!(organization.sts.asked().is_empty());

    pass_on_title(&organization, "Platform").await;
    organization.sts.fail(400, "PackedPolicyTooLarge");
    let answer = ask(&organization, &token).await;
    answer.assert_exception(403, "ForbiddenException");
    assert!(answer.text("message").contains("longer than AWS takes"));
    let records = organization.recorded("GetRoleCredentials").await;
    let codes = records.iter().map(|record| record.error_code.as_deref());
    let mut codes: Vec<_> = codes.collect();
    codes.sort_unstable();
    let expected = [
        None,
        Some("InvalidPrincipalTag"),
        Some("PackedPolicyTooLarge"),
    ];
    assert_eq!(codes, expected);
    for record in records {
        assert!(!serde_json::to_string(&record).unwrap().contains("R&D"));
    }
}

#[tokio::test]
async fn whoever_has_no_assignment_has_no_access_and_that_is_on_record() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    for role in [
        "account_id=222222222222&role_name=ReadOnly",
        "account_id=111111111111&role_name=Administrator",
        "account_id=444444444444&role_name=ReadOnly",
    ] {
        let path = format!("/federation/credentials?{role}");
        let answer = organization.portal(("GET", &path), Some(&token)).await;
        answer.assert_exception(403, "ForbiddenException");
        assert_eq!(answer.text("message"), "No access");
    }
    let records = organization.recorded("GetRoleCredentials").await;
    assert_eq!(records.len(), 3);
    assert!(
        records
            .iter()
            .all(|record| record.error_code.as_deref() == Some("AccessDenied"))
    );
    assert!(organization.sts.asked().is_empty());
}

#[tokio::test]
async fn access_is_gone_at_the_next_request() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    assert_eq!(ask(&organization, &token).await.status, StatusCode::OK);
    organization
        .configure(|instance| instance.trusted_access = false)
        .await;
    ask(&organization, &token)
        .await
        .assert_exception(403, "ForbiddenException");
    organization
        .configure(|instance| instance.trusted_access = true)
        .await;
    let mut account = organization.sample.accounts[0].clone();
    account.status = AccountStatus::Suspended;
    organization.world.put_account(&account).await.unwrap();
    ask(&organization, &token)
        .await
        .assert_exception(403, "ForbiddenException");
    organization.change_user(|user| user.active = false).await;
    ask(&organization, &token)
        .await
        .assert_exception(401, "UnauthorizedException");
}

#[tokio::test]
async fn a_role_that_is_new_to_iam_is_worth_another_try() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    for code in ["AccessDenied", "InvalidIdentityToken"] {
        organization.sts.fail(403, code);
        ask(&organization, &token)
            .await
            .assert_exception(429, "TooManyRequestsException");
    }
    organization.advance(120);
    let answer = ask(&organization, &token).await;
    answer.assert_exception(403, "ForbiddenException");
    assert_ne!(answer.text("message"), "No access");
}

#[tokio::test]
async fn what_sts_refuses_is_told_without_internals_and_recorded_twice() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    organization.advance(300);
    for (status, code, expected, exception) in [
        (403, "AccessDenied", 403, "ForbiddenException"),
        (400, "IDPRejectedClaim", 403, "ForbiddenException"),
        (400, "Throttling", 429, "TooManyRequestsException"),
        (500, "InternalFailure", 500, "InternalServerException"),
    ] {
        organization.sts.fail(status, code);
        ask(&organization, &token)
            .await
            .assert_exception(expected, exception);
    }
    organization.sts.vanish();
    ask(&organization, &token)
        .await
        .assert_exception(500, "InternalServerException");
    let records = organization.recorded("GetRoleCredentials").await;
    let failed: Vec<_> = records
        .iter()
        .filter(|record| record.error_code.is_some())
        .collect();
    assert!(failed.len() >= 4);
    for failure in failed {
        let attempt = &failure.service_event_details["attempt"];
        assert!(
            records
                .iter()
                .any(|record| json!(record.event_id) == *attempt)
        );
    }
}

#[tokio::test]
async fn what_cannot_be_recorded_does_not_happen() {
    let mut organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    let client = organization.world.sessions.table().client().clone();
    let nowhere = Table::new(client, "no-such-table");
    let account = organization.sample.instance.management_account.clone();
    organization.context.audit = Audit::new(nowhere, "us-east-1".to_owned(), account, 1);
    ask(&organization, &token)
        .await
        .assert_exception(500, "InternalServerException");
    assert!(organization.sts.asked().is_empty());
}
