//! `GET /authorize/portal-credentials`.

use http::StatusCode;

use crate::browser::{Browser, parameters};
use crate::fixture::Organization;
use crate::sts::EXPIRATION;

const ROLE: &str = "/authorize/portal-credentials?account_id=111111111111&role_name=ReadOnly";
const SCRIPT: (&str, &str) = ("x-vestibule-portal", "1");
const SAME: (&str, &str) = ("sec-fetch-site", "same-origin");
const NAVIGATE: (&str, &str) = ("sec-fetch-mode", "navigate");

#[tokio::test]
async fn the_portals_script_gets_credentials_by_the_session() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    for headers in [&[SCRIPT][..], &[SCRIPT, SAME]] {
        let answer = browser.open_with(ROLE, headers).await;
        assert_eq!(answer.json()["roleCredentials"]["expiration"], EXPIRATION);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let records = organization.recorded("GetRoleCredentials").await;
    assert_eq!(records.len(), 2);
}

#[tokio::test]
async fn without_script_there_is_a_page() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let page = browser.open_with(ROLE, &[SAME, NAVIGATE]).await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in ["the-secret", "ASIAEXAMPLE", "2026-01-02T04:04:05Z", "dev"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    let answer = Browser::new(&organization)
        .open_with(ROLE, &[SAME, NAVIGATE])
        .await;
    assert_eq!(parameters(answer.header("location"))["return"], ROLE);
}

#[tokio::test]
async fn no_other_site_can_ask() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    for headers in [
        &[][..],
        &[NAVIGATE],
        &[SAME],
        &[("sec-fetch-site", "none"), NAVIGATE],
        &[("sec-fetch-site", "cross-site"), NAVIGATE],
        &[("x-vestibule-portal", "0")],
        &[SCRIPT, ("sec-fetch-site", "cross-site")],
        &[SCRIPT, ("sec-fetch-site", "same-site")],
        &[SCRIPT, ("sec-fetch-site", "none")],
    ] {
        let answer = browser.open_with(ROLE, headers).await;
        answer.assert_exception(400, "InvalidRequestException");
    }
    assert!(organization.sts.asked().is_empty());
}

#[tokio::test]
async fn a_session_that_has_ended_gets_nothing() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    organization.advance(8 * 3600);
    let answer = browser.open_with(ROLE, &[SCRIPT]).await;
    answer.assert_exception(401, "UnauthorizedException");
}

#[tokio::test]
async fn no_access_is_said_as_it_was_asked() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let prod = ROLE.replace("111111111111", "222222222222");
    let answer = browser.open_with(&prod, &[SCRIPT]).await;
    answer.assert_exception(403, "ForbiddenException");
    let page = browser.open_with(&prod, &[SAME, NAVIGATE]).await;
    page.assert_error_page(403, "You have no access here");
    let answer = browser
        .open_with("/authorize/portal-credentials", &[SCRIPT])
        .await;
    answer.assert_exception(400, "InvalidRequestException");
    let page = browser
        .open_with("/authorize/portal-credentials", &[SAME, NAVIGATE])
        .await;
    page.assert_error_page(400, "This does not work");
}
