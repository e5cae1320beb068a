//! The sign-ins of programs as sessions of their person: listed, and ended from outside.

use vestibule_shared::store::sessions::{SessionKind, SessionSummary};

use crate::fixture::Organization;

async fn listed(organization: &Organization) -> Vec<SessionSummary> {
    let user = &organization.sample.user;
    let now = organization.world.clock.now();
    let sessions = &organization.world.sessions;
    let page = sessions.list_sessions((user, now), 10, None).await.unwrap();
    let mut items = page.items;
    items.retain(|session| session.kind != SessionKind::Portal);
    items
}

#[tokio::test]
async fn a_program_that_was_let_in_is_listed_until_it_logs_out() {
    let organization = Organization::new().await;
    let (_, tokens) = organization.sign_in().await;
    let [session] = &listed(&organization).await[..] else {
        panic!("one session");
    };
    assert_eq!(session.kind, SessionKind::Program);
    assert_eq!(session.client_name.as_deref(), Some("botocore-client-dev"));
    assert!(session.address.is_some());
    let records = organization.recorded("CreateToken").await;
    assert_eq!(
        records[0].user_identity["credentialId"],
        session.id.as_str()
    );

    let logout = ("POST", "/logout");
    organization.portal(logout, Some(&tokens.access)).await;
    assert!(listed(&organization).await.is_empty());
}

#[tokio::test]
async fn a_session_that_is_ended_from_outside_is_of_no_use_to_its_program() {
    let organization = Organization::new().await;
    let (program, tokens) = organization.sign_in().await;
    let (_, other) = organization.sign_in().await;
    let refresh = tokens.refresh.as_deref().unwrap();
    let renewed = organization.refresh(&program, refresh).await.tokens();
    assert_eq!(listed(&organization).await.len(), 2);

    let mut records = organization.recorded("CreateToken").await.into_iter();
    let first = records.next().unwrap().user_identity["credentialId"].clone();
    let first = first.as_str().unwrap();
    let world = &organization.world;
    let record = world.record();
    let named = (&organization.sample.user.id, first);
    let ended = world.sessions.end_listed(named, world.recorded(&record));
    ended.await.unwrap();

    assert!(!organization.opens(&tokens.access).await);
    assert!(!organization.opens(&renewed.access).await);
    let refresh = renewed.refresh.as_deref().unwrap();
    organization
        .refresh(&program, refresh)
        .await
        .assert_oauth("InvalidGrantException", "invalid_grant");
    assert!(organization.opens(&other.access).await);
    assert_eq!(listed(&organization).await.len(), 1);
}

#[tokio::test]
async fn an_application_is_listed_with_where_it_asked_from() {
    let organization = Organization::new().await;
    let app = organization.application(|_| {}).await;
    organization.app_tokens(&app).await;
    let [session] = &listed(&organization).await[..] else {
        panic!("one session");
    };
    assert_eq!(session.kind, SessionKind::Application);
    let records = organization.recorded("CreateTokenWithIAM").await;
    let address = records[0].source_ip_address.as_str();
    assert_eq!(session.address.as_deref(), Some(address));
    assert_eq!(session.user_agent, records[0].user_agent);
}
