//! Each function's binary as a Lambda: every file of `events/<function>`, and what the answer beside it says.

mod alarms;
mod aws;
mod organization;
mod runtime;

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use vestibule_tables::{EnvironmentValue, FunctionDefinition, TableNames, Template};

use aws::Aws;
use organization::organization;
use runtime::Lambda;

const ANSWER: &str = ".answer.json";

#[tokio::test]
async fn the_portals_binary_answers_every_event() {
    answers_every_event("portal").await;
}

#[tokio::test]
async fn the_saml_binary_answers_every_event() {
    answers_every_event("saml").await;
}

#[tokio::test]
async fn the_credentials_binary_answers_every_event() {
    answers_every_event("credentials").await;
}

#[tokio::test]
async fn the_admin_binary_answers_every_event() {
    answers_every_event("admin").await;
}

#[tokio::test]
async fn the_provision_binary_answers_every_event() {
    answers_every_event("provision").await;
}

#[test]
fn every_function_has_events() {
    for function in &Template::embedded().unwrap().functions {
        assert!(!events(&function.binary).is_empty(), "{}", function.binary);
    }
}

async fn answers_every_event(binary: &str) {
    let function = Template::embedded().unwrap().function(binary).unwrap();
    let aws = Aws::start().await;
    let names = organization(&aws).await.names;
    let mut lambda = Lambda::start(binary, &environment(function, &names, &aws)).await;
    for name in events(binary) {
        // Some events use up what they name: each finds the organization as it was.
        let world = organization(&aws).await;
        let engine = world.engine.as_ref().unwrap();
        aws.attach(engine.endpoint_of(function, &world.names));
        let answer = lambda.invoke(read(binary, &name)).await;
        let expected = read(binary, &name.replace(".json", ANSWER));
        assert_answer(&name, &answer, &expected);
    }
}

/// What the template gives the function, as CloudFormation would fill it in, and where this AWS is.
fn environment(
    function: &FunctionDefinition,
    names: &TableNames,
    aws: &Aws,
) -> BTreeMap<String, String> {
    let value = |value: &EnvironmentValue| match value {
        EnvironmentValue::Literal(text) => text.clone(),
        EnvironmentValue::Computed => String::new(),
        EnvironmentValue::Reference(name) => match name.as_str() {
            "AWS::AccountId" => "999999999999".to_owned(),
            "AuditRetentionDays" => "400".to_owned(),
            "BootstrapRoleName" => "OrganizationAccountAccessRole".to_owned(),
            "ManageManagementAccount" | "ReopenFirstAdministrator" => "false".to_owned(),
            "SealingKey" | "SigningKey" => name.clone(),
            table => names
                .get(table)
                .unwrap_or_else(|| panic!("{table}"))
                .clone(),
        },
    };
    let mut environment: BTreeMap<String, String> = function
        .environment
        .iter()
        .map(|(name, given)| (name.clone(), value(given)))
        .collect();
    let endpoint = format!("http://{}", aws.address);
    for (name, value) in [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &endpoint),
    ] {
        environment.insert(name.to_owned(), value.to_owned());
    }
    environment
}

fn folder(binary: &str) -> PathBuf {
    crate::sources::root().join("events").join(binary)
}

fn events(binary: &str) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(folder(binary)) else {
        return Vec::new();
    };
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(ANSWER)).collect();
    names.sort();
    names
}

fn read(binary: &str, name: &str) -> Value {
    let path = folder(binary).join(name);
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Holds an answer against its file: whatever the file has must be there; of the body, parts of the text or members.
fn assert_answer(name: &str, answer: &Value, expected: &Value) {
    for (member, value) in expected.as_object().unwrap() {
        match member.as_str() {
            "bodyIncludes" => {
                let body = body(answer);
                for part in value.as_array().unwrap() {
                    assert!(
                        body.contains(part.as_str().unwrap()),
                        "{name}: {part}\n{body}"
                    );
                }
            }
            "body" => {
                let body = serde_json::from_str(&body(answer)).unwrap();
                assert!(includes(&body, value), "{name}: {body}");
            }
            "payloadMembers" => {
                for member in value.as_array().unwrap() {
                    let member = member.as_str().unwrap();
                    assert!(answer[member].is_string(), "{name}: {answer}");
                }
            }
            member => assert!(includes(&answer[member], value), "{name}: {answer}"),
        }
    }
}

fn body(answer: &Value) -> String {
    let body = answer["body"].as_str().unwrap_or_default();
    if answer["isBase64Encoded"] == true {
        return String::from_utf8(STANDARD.decode(body).unwrap()).unwrap();
    }
    body.to_owned()
}

/// Whether all that `expected` has is in `found`.
fn includes(found: &Value, expected: &Value) -> bool {
    match expected {
        Value::Object(members) => members
            .iter()
            .all(|(name, value)| includes(&found[name], value)),
        expected => found == expected,
    }
}
