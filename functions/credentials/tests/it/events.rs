//! The Lambda's side: every event of `events/credentials`, and what the HTTP API is answered. They show what does not
//! depend on a sign-in.

use std::path::Path;

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

fn assert_body(name: &str, answer: &Value, expected: &Value) {
    let text = answer["body"].as_str().unwrap_or_default();
    let text = if answer["isBase64Encoded"] == true {
        String::from_utf8(BASE64.decode(text.as_bytes()).unwrap()).unwrap()
    } else {
        text.to_owned()
    };
    match expected {
        Value::Null => {}
        Value::String(part) => assert!(text.contains(part), "{name}: {text}"),
        members => {
            let body = serde_json::from_str(&text).unwrap();
            assert!(includes(&body, members), "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn every_event_is_answered_as_it_says() {
    let organization = Organization::new().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/credentials");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for path in names {
        let name = path.display().to_string();
        let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let router = router(organization.context.clone());
        let answer = edge::answer(router, file["event"].clone()).await.unwrap();
        let expected = &file["expect"];
        assert_eq!(
            answer["statusCode"], expected["statusCode"],
            "{name}: {answer}"
        );
        assert!(
            includes(&answer["headers"], &expected["headers"]) || expected["headers"].is_null(),
            "{name}: {answer}"
        );
        assert_body(&name, &answer, &expected["body"]);
    }
}
