//! The sessions of users through the router: what is told of them, and that they end.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_shared::browser::{Cookies, authenticate};
use vestibule_shared::store::sessions::{SessionKind, SessionSummary, list_session};
use vestibule_shared::store::table;
use vestibule_shared::token::Token;

use crate::organization::Organization;

impl Organization {
    /// A browser that is signed in as the sample user.
    async fn browser(&self) -> Token {
        self.world.sign_in(&self.sample.user.id).await.unwrap()
    }

    /// Whether the browser is signed in still.
    async fn is_signed_in(&self, browser: &Token) -> bool {
        let mut headers = http::HeaderMap::new();
        let cookie = format!("vestibule={}", browser.expose());
        headers.insert("cookie", cookie.parse().unwrap());
        let cookies = Cookies::of(&self.sample.instance.public_origin);
        let stores = (&self.world.sessions, &self.world.directory);
        let now = self.world.clock.now();
        let found = authenticate(stores, cookies, &headers, now).await.unwrap();
        found.is_some()
    }

    /// A program's session, as the function that knows programs writes it.
    async fn program(&self, id: &str) {
        let now = self.world.clock.now();
        let summary = SessionSummary {
            id: id.to_owned(),
            kind: SessionKind::Program,
            client_name: Some("botocore-client-dev".to_owned()),
            address: None,
            user_agent: None,
            authenticated_at: now,
            created_at: now,
            expires_at: now + SignedDuration::from_hours(1),
        };
        let mut item = table::key(&format!("FAMILY#{id}"), "FAMILY");
        list_session(&mut item, &self.sample.user.id, &summary).unwrap();
        self.world.sessions.table().put(item).await.unwrap();
    }

    fn alice(&self) -> Value {
        json!({ "UserId": self.sample.user.id })
    }

    async fn sessions(&self) -> Vec<Value> {
        let listed = self.ok("ListSessions", self.alice()).await;
        listed["Sessions"].as_array().unwrap().clone()
    }

    fn session(&self, id: &str) -> Value {
        json!({ "UserId": self.sample.user.id, "SessionId": id })
    }
}

#[tokio::test]
async fn a_list_has_nothing_of_a_session_but_its_keys_and_its_summary() {
    let organization = Organization::new().await;
    organization.browser().await;
    let listing = format!("USERSESSION#{}", organization.sample.user.id);
    let table = organization.world.sessions.table();
    let page = table.listing(&listing, 10, None).await.unwrap();
    let mut names: Vec<_> = page.items[0].keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["listing_pk", "listing_sk", "pk", "sk", "summary"]);
}

#[tokio::test]
async fn a_helpdesk_sees_where_a_user_is_signed_in_and_ends_one_session() {
    let organization = Organization::new().await;
    let helpdesk = organization.with_role("Helpdesk").await;
    assert!(helpdesk.sessions().await.is_empty());
    let (one, other) = (organization.browser().await, organization.browser().await);
    organization.program("0123456789abcdef").await;

    let listed = helpdesk.sessions().await;
    assert_eq!(listed.len(), 3);
    let program = listed.iter().find(|session| session["Type"] == "PROGRAM");
    assert_eq!(program.unwrap()["ClientName"], "botocore-client-dev");
    let hash = one.hash();
    let id = hash.short();
    let portal = listed.iter().find(|session| session["SessionId"] == id);
    assert_eq!(portal.unwrap()["Type"], "PORTAL");
    assert_eq!(portal.unwrap()["SourceIpAddress"], "192.0.2.1");
    let text = json!(listed).to_string();
    for secret in [one.expose(), other.expose(), hash.as_str()] {
        assert!(!text.contains(secret));
    }

    helpdesk.ok("EndSession", helpdesk.session(id)).await;
    assert!(!organization.is_signed_in(&one).await);
    assert!(organization.is_signed_in(&other).await);
    assert_eq!(helpdesk.sessions().await.len(), 2);
    let refused = helpdesk.refused("EndSession", helpdesk.session(id)).await;
    assert_eq!(refused, "ResourceNotFoundException");
    let end = helpdesk.session("0123456789abcdef");
    helpdesk.ok("EndSession", end).await;
    assert_eq!(helpdesk.sessions().await.len(), 1);
    let records = organization.recorded("EndSession").await;
    assert_eq!(records.len(), 2);
    let ended = json!({ "userId": organization.sample.user.id, "sessionId": id });
    assert!(
        records
            .iter()
            .any(|record| record.request_parameters == ended)
    );
}

#[tokio::test]
async fn all_sessions_of_a_user_end_at_once_and_new_ones_begin() {
    let organization = Organization::new().await;
    let before = organization.browser().await;
    organization.program("0123456789abcdef").await;
    organization.world.advance(SignedDuration::from_secs(1));
    let alice = organization.alice();
    organization.ok("EndSessions", alice.clone()).await;
    assert!(!organization.is_signed_in(&before).await);
    assert!(organization.sessions().await.is_empty());
    organization.ok("EndSessions", alice).await;

    let after = organization.browser().await;
    assert!(organization.is_signed_in(&after).await);
    assert_eq!(organization.sessions().await.len(), 1);
    organization.world.advance(SignedDuration::from_hours(8));
    assert!(organization.sessions().await.is_empty());
}

#[tokio::test]
async fn a_session_is_its_users_and_no_other_thing_ends_by_its_name() {
    let organization = Organization::new().await;
    let browser = organization.browser().await;
    let store = &organization.sample.instance.identity_store;
    let bob = organization.world.create_user(store, "bob").await.unwrap();
    let id = browser.hash().short().to_owned();
    let unknown = "0123456789-aaaaaaaa-2222-3333-4444-555555555555";
    for (input, code) in [
        (
            json!({ "UserId": bob.id, "SessionId": id }),
            "ResourceNotFoundException",
        ),
        (
            json!({ "UserId": unknown, "SessionId": id }),
            "ResourceNotFoundException",
        ),
        (organization.session("0"), "ResourceNotFoundException"),
        (organization.session("SESSION#0"), "ValidationException"),
        (organization.session(""), "ValidationException"),
        (json!({ "SessionId": id }), "ValidationException"),
    ] {
        let refused = organization.refused("EndSession", input.clone()).await;
        assert_eq!(refused, code, "{input}");
    }
    for operation in ["ListSessions", "EndSessions"] {
        let input = json!({ "UserId": unknown });
        let refused = organization.refused(operation, input).await;
        assert_eq!(refused, "ResourceNotFoundException", "{operation}");
    }
    assert!(organization.is_signed_in(&browser).await);
    let auditor = organization.with_role("Auditor").await;
    assert_eq!(auditor.sessions().await.len(), 1);
    for (operation, input) in [
        ("EndSession", organization.session(&id)),
        ("EndSessions", organization.alice()),
    ] {
        let refused = auditor.refused(operation, input).await;
        assert_eq!(refused, "AccessDeniedException", "{operation}");
    }
}

#[tokio::test]
async fn a_list_of_many_sessions_comes_in_pages_that_no_other_user_can_read() {
    let organization = Organization::new().await;
    for _ in 0..5 {
        organization.browser().await;
    }
    let all = organization
        .all("ListSessions", "Sessions", organization.alice(), 2)
        .await;
    assert_eq!(all.len(), 5);
    let mut first = organization.alice();
    first["MaxResults"] = json!(2);
    let token = organization.ok("ListSessions", first).await["NextToken"].take();
    let store = &organization.sample.instance.identity_store;
    let bob = organization.world.create_user(store, "bob").await.unwrap();
    let elsewhere = json!({ "UserId": bob.id, "NextToken": token });
    let refused = organization.refused("ListSessions", elsewhere).await;
    assert_eq!(refused, "ValidationException");
}
