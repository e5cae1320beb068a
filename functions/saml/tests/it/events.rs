//! The Lambda's side: every event of `events/saml`, and what the HTTP API is answered.

use std::path::{Path, PathBuf};

use serde_json::Value;
use vestibule_saml::router;
use vestibule_shared::edge;

use crate::fixture::Organization;

/// The cookie in the events of somebody who is signed in.
const COOKIE: &str = "eventseventseventseventseventseventseventse";

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn events() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/saml");
    let files = std::fs::read_dir(folder).unwrap();
    let mut events: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    events.retain(|path| !path.to_string_lossy().ends_with(".answer.json"));
    events.sort();
    events
}

#[tokio::test]
async fn every_event_is_answered_as_written_beside_it() {
    let organization = Organization::new().await;
    organization.sign_in_as(COOKIE).await;
    let events = events();
    assert!(!events.is_empty());
    for path in events {
        let expected = read(&path.with_extension("answer.json"));
        let router = router(organization.context.clone());
        let answer = edge::answer(router, read(&path)).await.unwrap();
        let name = path.display();
        assert_eq!(answer["statusCode"], expected["statusCode"], "{name}");
        assert_eq!(answer["isBase64Encoded"], false, "{name}");
        for (header, value) in expected["headers"].as_object().unwrap() {
            assert_eq!(&answer["headers"][header], value, "{name}: {header}");
        }
        let body = answer["body"].as_str().unwrap_or_default();
        for part in expected["bodyIncludes"].as_array().unwrap() {
            assert!(body.contains(part.as_str().unwrap()), "{name}: {part}");
        }
    }
    let recorded = organization.recorded("Federate").await;
    assert!(!recorded.is_empty());
    for record in recorded {
        assert_eq!(record.source_ip_address, "203.0.113.7");
    }
}
