//! The portal itself.

use http::{Method, StatusCode};
use vestibule_shared::ids::Principal;
use vestibule_shared::store::access::Place;

use crate::fixture::{Browser, Organization};

async fn signed_in(organization: &Organization) -> Browser {
    let user = &organization.sample.user.id;
    let token = organization.world.sign_in(user).await.unwrap();
    let mut browser = organization.browser();
    let cookie = token.expose().to_owned();
    browser.cookies.insert("vestibule".into(), cookie);
    browser
}

/// Gives alice the permission set called `name` in the account at `index`.
async fn assign(organization: &Organization, name: &str, index: usize) {
    let world = &organization.world;
    let set = world.create_permission_set(name).await.unwrap();
    let place = Place {
        account: organization.sample.accounts[index].id.clone(),
        permission_set: set.id,
    };
    let alice = Principal::User(organization.sample.user.id.clone());
    world.assign(&alice, &place).await.unwrap();
}

#[tokio::test]
async fn an_aws_cli_is_sent_on_to_a_name_that_it_accepts() {
    let organization = Organization::new().await;
    for path in ["/start", "/start/"] {
        let answer = organization.browser().send(Method::HEAD, path, None).await;
        assert_eq!(answer.status, StatusCode::FOUND);
        let expected = "https://identitycenter.amazonaws.com/ssoins-0123456789abcdef";
        assert_eq!(answer.location(), expected);
    }
}

#[tokio::test]
async fn the_root_leads_to_the_portal() {
    let organization = Organization::new().await;
    let answer = organization.browser().get("/").await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.location(), "/start/");
}

#[tokio::test]
async fn the_page_shows_what_is_assigned_and_what_the_cli_needs() {
    let organization = Organization::new().await;
    let mut browser = signed_in(&organization).await;
    let page = browser.get("/start").await;
    assert_eq!(page.status, StatusCode::OK);
    for expected in [
        "1 account",
        "dev@example.com",
        "/saml/console?account_id=111111111111&amp;role_name=ReadOnly",
        "/authorize/portal-credentials?account_id=111111111111&amp;role_name=ReadOnly",
        "https://identitycenter.amazonaws.com/ssoins-0123456789abcdef",
        "us-east-1",
        "endpoint_url = http://localhost:8080",
    ] {
        assert!(page.says(expected), "{expected}");
    }
    assert!(!page.says("222222222222"), "not assigned");
    assert_eq!(page.header("cache-control"), "no-store");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"));
}

#[tokio::test]
async fn whoever_has_nothing_assigned_sees_that() {
    let organization = Organization::new().await;
    let store = &organization.sample.instance.identity_store;
    let bob = organization.world.create_user(store, "bob").await.unwrap();
    let token = organization.world.sign_in(&bob.id).await.unwrap();
    let mut browser = organization.browser();
    browser
        .cookies
        .insert("vestibule".into(), token.expose().to_owned());
    let page = browser.get("/start/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.says("No accounts yet"));
}

#[tokio::test]
async fn the_search_works_without_script() {
    let organization = Organization::new().await;
    assign(&organization, "Billing", 1).await;
    let mut browser = signed_in(&organization).await;
    let page = browser.get("/start/?q=billing").await;
    assert!(page.says("222222222222") && !page.says("111111111111"));
    assert!(page.says("1 of 2 accounts"));
    let page = browser.get("/start/?q=%3Cb%3E&page=0").await;
    assert!(page.says("No account matches") && !page.says("<b>"));
}

#[tokio::test]
async fn a_shortcut_link_without_a_permission_set_finds_the_only_one_or_asks() {
    let organization = Organization::new().await;
    let link =
        "/start/?account_id=111111111111&destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3";
    let mut browser = signed_in(&organization).await;
    let answer = browser.get(link).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let expected = "/saml/console?account_id=111111111111&role_name=ReadOnly\
                    &destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3";
    assert_eq!(answer.location(), expected);

    assign(&organization, "Billing", 0).await;
    assign(&organization, "Support", 1).await;
    let page = browser.get(link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.says("Choose one") && page.says("1 of 2 accounts"));
    assert!(
        page.says(
            "&amp;role_name=Billing&amp;destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3"
        )
    );
    assert!(!page.says("222222222222"));

    let page = browser.get("/start/?account_id=333333333333").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.says("not among yours"));
}

#[tokio::test]
async fn a_shortcut_link_survives_the_sign_in() {
    let organization = Organization::new().await;
    let answer = organization
        .browser()
        .get("/start/?account_id=111111111111")
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let expected = "/start/sign-in?return=%2Fstart%2F%3Faccount_id%3D111111111111";
    assert_eq!(answer.location(), expected);
}

#[tokio::test]
async fn assets_are_served_and_kept() {
    let organization = Organization::new().await;
    let mut browser = organization.browser();
    let page = browser.get("/start/sign-in").await;
    let (_, rest) = page.body.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let path = rest.split_once('"').unwrap().0;
    let style = browser.get(path).await;
    assert_eq!(style.status, StatusCode::OK);
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.header("cache-control").contains("immutable"));
}
