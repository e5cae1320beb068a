//! The Lambda's side: every event of `events/portal`, and what the HTTP API is answered.

use std::path::{Path, PathBuf};

use serde_json::Value;
use vestibule_portal::router;
use vestibule_shared::edge;
use vestibule_shared::store::sessions::Session;
use vestibule_shared::token::Token;

use crate::fixture::Organization;

/// The session's cookie in the events of somebody who is signed in, and the link in those of somebody who was invited.
const SECRET: &str = "eventseventseventseventseventseventseventse";

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn events() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/portal");
    let files = std::fs::read_dir(folder).unwrap();
    let mut events: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    events.retain(|path| !path.to_string_lossy().ends_with(".answer.json"));
    events.sort();
    events
}

/// An organization in which the secrets of the events are known.
async fn organization() -> Organization {
    let organization = Organization::with_password().await;
    let token = Token::parse(SECRET).unwrap();
    let world = &organization.world;
    let now = world.clock.now();
    let session = Session {
        user: organization.sample.user.id.clone(),
        created_at: now,
        expires_at: now + jiff::SignedDuration::from_hours(8),
        address: "192.0.2.1".to_owned(),
        user_agent: None,
    };
    let record = world.record();
    let created = (&token.hash(), &session);
    world
        .sessions
        .create_session(created, world.recorded(&record))
        .await
        .unwrap();
    organization
        .invite_with(&organization.sample.user.id, &token)
        .await;
    organization
}

#[tokio::test]
async fn every_event_is_answered_as_written_beside_it() {
    let events = events();
    assert!(!events.is_empty());
    for path in events {
        // On the heap: preparing one is large.
        let organization = Box::pin(organization()).await;
        let expected = read(&path.with_extension("answer.json"));
        let router = router(organization.context.clone());
        let answer = edge::answer(router, read(&path)).await.unwrap();
        let name = path.display();
        assert_eq!(
            answer["statusCode"], expected["statusCode"],
            "{name}: {answer}"
        );
        assert_eq!(answer["isBase64Encoded"], false, "{name}");
        for (header, value) in expected["headers"].as_object().unwrap() {
            assert_eq!(&answer["headers"][header], value, "{name}: {header}");
        }
        let body = answer["body"].as_str().unwrap_or_default();
        for part in expected["bodyIncludes"].as_array().unwrap() {
            assert!(body.contains(part.as_str().unwrap()), "{name}: {part}");
        }
    }
}
