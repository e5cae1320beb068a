//! The Lambda's side: every event of `events/admin`, and what it is answered. Events of the HTTP API carry no signature
//! that would still be good; direct invocations need none.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use vestibule_admin::{StackParameters, invoke};
use vestibule_tables::fixture::World;

use crate::organization::context;

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn events() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/admin");
    let files = std::fs::read_dir(folder).unwrap();
    let mut events: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    events.retain(|path| !path.to_string_lossy().ends_with(".answer.json"));
    events.sort();
    events
}

#[tokio::test]
async fn every_event_is_answered_as_written_beside_it() {
    let events = events();
    assert!(!events.is_empty());
    for path in events {
        // No administrator is there yet, so that the first one can come in.
        let (world, _) = World::with_sample().await.unwrap();
        let answer = invoke(&context(&world), &StackParameters::default(), read(&path)).await;
        let expected = read(&path.with_extension("answer.json"));
        let name = path.display();
        if let Some(error_type) = expected.get("errorType") {
            assert_eq!(*error_type, answer.unwrap_err().error_type, "{name}");
            continue;
        }
        let answer = answer.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        if let Some(members) = expected.get("payloadMembers") {
            for member in members.as_array().unwrap() {
                let member = member.as_str().unwrap();
                assert!(answer[member].is_string(), "{name}: {member}");
            }
            continue;
        }
        assert_http(&name.to_string(), &answer, &expected);
    }
}

fn assert_http(name: &str, answer: &Value, expected: &Value) {
    assert_eq!(answer["statusCode"], expected["statusCode"], "{name}");
    for (header, value) in expected["headers"].as_object().unwrap() {
        assert_eq!(&answer["headers"][header], value, "{name}: {header}");
    }
    assert!(answer["headers"]["x-amzn-requestid"].is_string(), "{name}");
    let body = answer["body"].as_str().unwrap_or_default().to_owned();
    // The adapter takes the JSON of AWS's own content type for binary; the HTTP API decodes it.
    let body = match answer["isBase64Encoded"].as_bool() {
        Some(true) => String::from_utf8(STANDARD.decode(body).unwrap()).unwrap(),
        _ => body,
    };
    for part in expected["bodyIncludes"].as_array().unwrap() {
        assert!(body.contains(part.as_str().unwrap()), "{name}: {part}");
    }
}
