//! What the template's alarms look for is what the binaries write.

use serde_norway::Value;
use vestibule_tables::Template;

use super::aws::Aws;
use super::organization::organization;
use super::runtime::Lambda;
use super::{environment, read};

/// The pattern of a metric filter, as pairs of a path and what stands there; `*` is any text. `CloudWatch` Logs user guide,
/// "Filter pattern syntax for metric filters", as far as the template uses it.
fn pattern(filter: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(crate::sources::root().join("template.yaml")).unwrap();
    let template: Value = serde_norway::from_str(&text).unwrap();
    let pattern = template["Resources"][filter]["Properties"]["FilterPattern"].as_str();
    let inside = pattern.unwrap().strip_prefix("{ ").unwrap();
    let terms = inside.strip_suffix(" }").unwrap().split(" && ");
    let term = |term: &str| {
        let (path, value) = term.split_once(" = ").unwrap();
        let path = path.strip_prefix("($.").unwrap().replace('.', "/");
        (path, value.trim_matches(['"', ')']).to_owned())
    };
    terms.map(term).collect()
}

fn matches(line: &serde_json::Value, pattern: &[(String, String)]) -> bool {
    pattern.iter().all(|(path, wanted)| {
        let found = line.pointer(&format!("/{path}"));
        let found = found.and_then(serde_json::Value::as_str);
        found.is_some_and(|found| wanted == "*" || wanted == found)
    })
}

#[tokio::test]
async fn a_key_made_by_direct_invocation_raises_its_alarm() {
    let pattern = pattern("DirectAccessKeyFilter");
    let function = Template::embedded().unwrap().function("admin").unwrap();
    let aws = Aws::start().await;
    let world = organization(&aws).await;
    let engine = world.engine.as_ref().unwrap();
    aws.attach(engine.endpoint_of(function, &world.names));
    let mut environment = environment(function, &world.names, &aws);
    for (reopens, message) in [
        ("false", "the first access key was created"),
        (
            "true",
            "an access key was created because the stack reopens the first administrator",
        ),
    ] {
        environment.insert("REOPEN_FIRST_ADMINISTRATOR".to_owned(), reopens.to_owned());
        let mut lambda = Lambda::start("admin", &environment).await;
        let key = lambda.invoke(read("admin", "first-access-key.json")).await;
        let line = lambda.logged(|line| matches(line, &pattern)).await;
        assert_eq!(line["fields"]["message"], message);
        assert_eq!(line["fields"]["access_key_id"], key["AccessKeyId"]);
    }
}

#[tokio::test]
async fn the_end_of_a_look_at_all_accounts_is_counted_with_what_it_found() {
    let pattern = pattern("DriftFilter");
    let function = Template::embedded().unwrap().function("provision").unwrap();
    let aws = Aws::start().await;
    let world = organization(&aws).await;
    let engine = world.engine.as_ref().unwrap();
    aws.attach(engine.endpoint_of(function, &world.names));
    let environment = environment(function, &world.names, &aws);
    let mut lambda = Lambda::start("provision", &environment).await;
    // Here is no IAM: the one account that has something does not let anybody look.
    lambda.invoke(read("provision", "drift.json")).await;
    let line = lambda.logged(|line| matches(line, &pattern)).await;
    assert_eq!(line["fields"]["drifted"], 1);
    assert_eq!(line["fields"]["accounts_checked"], 2);
}
