//! What `template.yaml` lets the function do itself in the management account: what the service role may do elsewhere.

use std::collections::BTreeSet;

use serde_norway::Value;
use vestibule_shared::arn;

use crate::fake_aws::MANAGEMENT;
use crate::harness::{Harness, PROD};

const TEMPLATE: &str = include_str!("../../../../template.yaml");

/// What statements allow: each action by itself with each of its resources, and with the tag that a condition is about. The
/// template asks only that the tag is there, not whose it is: it does not know the instance.
fn allowed(statements: &Value) -> BTreeSet<(String, String, Option<String>)> {
    let mut allowed = BTreeSet::new();
    for statement in statements.as_sequence().unwrap() {
        assert_eq!(statement["Effect"], "Allow");
        let condition = statement.get("Condition").map(|condition| {
            let operators = condition.as_mapping().unwrap();
            assert_eq!(operators.len(), 1);
            let (operator, keys) = operators.iter().next().unwrap();
            let (key, value) = keys.as_mapping().unwrap().iter().next().unwrap();
            assert!(operator == "StringEquals" || value == "false");
            key.as_str().unwrap().to_owned()
        });
        for action in texts(&statement["Action"]) {
            let resources = texts(&statement["Resource"]).into_iter();
            allowed.extend(resources.map(|resource| (action.clone(), resource, condition.clone())));
        }
    }
    allowed
}

/// One text or several, with CloudFormation's pseudo parameters filled in.
fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| {
        let text = match value {
            Value::Tagged(tagged) if tagged.tag == "!Sub" => &tagged.value,
            plain => plain,
        };
        let text = text.as_str().unwrap();
        text.replace("${AWS::Partition}", "aws")
            .replace("${AWS::AccountId}", MANAGEMENT)
    };
    match value {
        Value::Sequence(values) => values.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

#[tokio::test]
async fn the_management_account_is_treated_as_every_other() {
    let template: Value = serde_norway::from_str(TEMPLATE).unwrap();
    let policies = &template["Resources"]["ProvisionRole"]["Properties"]["Policies"];
    let conditional = policies.as_sequence().unwrap().iter().find_map(|policy| {
        let Value::Tagged(tagged) = policy else {
            return None;
        };
        (tagged.tag == "!If" && tagged.value[0] == "ManagesManagementAccount")
            .then_some(&tagged.value[1])
    });
    let own = &conditional.unwrap()["PolicyDocument"]["Statement"];

    let harness = Harness::new().await;
    harness.assign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    let role = harness.aws.role(PROD, "VestibuleServiceRole");
    // The template does not know the instance, from which the provider has its name.
    let provider = arn::provider_name(&harness.sample.instance.id);
    let policy = role.inline["VestibuleServicePolicy"]
        .replace(&provider, "Vestibule_*")
        .replace(PROD, MANAGEMENT);
    let policy: Value = serde_norway::from_str(&policy).unwrap();

    assert_eq!(allowed(own), allowed(&policy["Statement"]));
}
