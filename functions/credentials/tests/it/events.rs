//! The Lambda's side: every event of `events/credentials`, and what the HTTP API is answered. They show what does not
//! depend on a sign-in.

use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde_json::Value;
use vestibule_credentials::router;
use vestibule_shared::edge;

use crate::fixture::Organization;

/// Whether all that `expected` has is in `found`.
fn includes(found: &Value, expected: &Value) -> bool {
    match expected {
        Value::Object(members) => members
            .iter()
            .all(|(name, value)| includes(&found[name], value)),
        expected => found == expected,
    }
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn events() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/credentials");
    let files = std::fs::read_dir(folder).unwrap();
    let mut events: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    events.retain(|path| !path.to_string_lossy().ends_with(".answer.json"));
    events.sort();
    events
}

fn assert_body(name: &str, answer: &Value, expected: &Value) {
    let text = answer["body"].as_str().unwrap_or_default();
    let text = if answer["isBase64Encoded"] == true {
        String::from_utf8(BASE64.decode(text.as_bytes()).unwrap()).unwrap()
    } else {
        text.to_owned()
    };
    for part in expected["bodyIncludes"].as_array().into_iter().flatten() {
        assert!(text.contains(part.as_str().unwrap()), "{name}: {text}");
    }
    if let Some(members) = expected.get("body") {
        let body = serde_json::from_str(&text).unwrap();
        assert!(includes(&body, members), "{name}: {text}");
    }
}

#[tokio::test]
async fn every_event_is_answered_as_written_beside_it() {
    let organization = Organization::new().await;
    let events = events();
    assert!(!events.is_empty());
    for path in events {
        let name = path.display().to_string();
        let expected = read(&path.with_extension("answer.json"));
        let router = router(organization.context.clone());
        let answer = edge::answer(router, read(&path)).await.unwrap();
        assert_eq!(
            answer["statusCode"], expected["statusCode"],
            "{name}: {answer}"
        );
        assert!(
            includes(&answer["headers"], &expected["headers"]),
            "{name}: {answer}"
        );
        assert_body(&name, &answer, &expected);
    }
}
