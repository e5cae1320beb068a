//! `GET /assignment/accounts` and `GET /assignment/roles`.

use http::StatusCode;
use serde_json::{Value, json};
use vestibule_shared::ids::{AccountId, Principal};
use vestibule_shared::store::access::{Account, AccountStatus, Place};

use crate::fixture::Organization;

async fn get(organization: &Organization, path: &str, token: &str) -> Value {
    let answer = organization.portal(("GET", path), Some(token)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()
}

/// Gives the sample user the sample permission set in `count` more accounts.
async fn assign_more(organization: &Organization, count: u64) {
    let world = &organization.world;
    for number in 0..count {
        let id = AccountId::parse(&format!("3333{number:08}")).unwrap();
        let account = Account {
            id: id.clone(),
            name: format!("team-{number:03}"),
            email: format!("team-{number}@example.com"),
            status: AccountStatus::Active,
        };
        world.put_account(&account).await.unwrap();
        let place = Place {
            account: id,
            permission_set: organization.sample.permission_set.id.clone(),
        };
        let principal = Principal::User(organization.sample.user.id.clone());
        world.assign(&principal, &place).await.unwrap();
    }
}

#[tokio::test]
async fn a_person_sees_the_accounts_they_may_enter_and_as_what() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    assert_eq!(
        get(&organization, "/assignment/accounts", &token).await,
        json!({ "nextToken": null, "accountList": [
            { "accountId": "111111111111", "accountName": "dev", "emailAddress": "dev@example.com" }
        ] })
    );
    assert_eq!(
        get(
            &organization,
            "/assignment/roles?account_id=111111111111",
            &token
        )
        .await,
        json!({ "nextToken": null, "roleList": [{ "roleName": "ReadOnly", "accountId": "111111111111" }] })
    );
}

#[tokio::test]
async fn a_long_list_comes_in_pages() {
    let organization = Organization::new().await;
    assign_more(&organization, 7).await;
    let token = organization.sign_in().await.1.access;
    let (mut names, mut query) = (Vec::new(), String::new());
    loop {
        let path = format!("/assignment/accounts?max_result=3{query}");
        let page = get(&organization, &path, &token).await;
        let list = page["accountList"].as_array().unwrap();
        names.extend(
            list.iter()
                .map(|account| account["accountName"].as_str().unwrap().to_owned()),
        );
        match page["nextToken"].as_str() {
            Some(next) => query = format!("&next_token={next}"),
            None => break,
        }
    }
    assert_eq!(names.len(), 8);
    assert!(names.is_sorted() && names[0] == "dev");
}

#[tokio::test]
async fn trusted_access_off_means_no_accounts() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    organization
        .configure(|instance| instance.trusted_access = false)
        .await;
    let list = get(&organization, "/assignment/accounts", &token).await;
    assert_eq!(list["accountList"], json!([]));
}

#[tokio::test]
async fn an_account_without_an_assignment_has_no_roles_to_show() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    for account in ["222222222222", "444444444444"] {
        let path = format!("/assignment/roles?account_id={account}");
        let answer = organization.portal(("GET", &path), Some(&token)).await;
        answer.assert_exception(403, "ForbiddenException");
        assert_eq!(answer.text("message"), "No access");
    }
}

#[tokio::test]
async fn a_query_that_is_not_valid_is_refused() {
    let organization = Organization::new().await;
    let token = organization.sign_in().await.1.access;
    for path in [
        "/assignment/accounts?max_result=0",
        "/assignment/accounts?max_result=101",
        "/assignment/accounts?max_result=x",
        "/assignment/accounts?max_result=1&max_result=2",
        "/assignment/accounts?next_token=%21",
        "/assignment/roles",
        "/assignment/roles?account_id=",
        "/assignment/roles?account_id=11111111111",
        "/assignment/roles?account_id=1111111111111",
        "/assignment/roles?account_id=%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1",
        "/assignment/roles?account_id=111111111111&max_result=1000",
        "/federation/credentials",
        "/federation/credentials?account_id=111111111111",
        "/federation/credentials?account_id=111111111111&role_name=a%20b",
        "/federation/credentials?account_id=111111111111&role_name=",
    ] {
        let answer = organization.portal(("GET", path), Some(&token)).await;
        answer.assert_exception(400, "InvalidRequestException");
    }
}

#[tokio::test]
async fn what_is_no_access_token_opens_nothing() {
    let organization = Organization::new().await;
    let (_, tokens) = organization.sign_in().await;
    let session = organization
        .world
        .sign_in(&organization.sample.user.id)
        .await
        .unwrap();
    let changed = tokens.access.chars().rev().collect::<String>();
    let role = "?account_id=111111111111&role_name=ReadOnly";
    for token in [
        None,
        Some(""),
        Some("x"),
        Some(session.expose()),
        tokens.refresh.as_deref(),
        Some(changed.as_str()),
    ] {
        for (method, path) in [
            ("GET", "/assignment/accounts"),
            ("GET", "/assignment/roles?account_id=111111111111"),
            ("GET", &*format!("/federation/credentials{role}")),
            ("POST", "/logout"),
        ] {
            let answer = organization.portal((method, path), token).await;
            answer.assert_exception(401, "UnauthorizedException");
            assert_eq!(answer.text("message"), "Session token not found or invalid");
        }
    }
}
