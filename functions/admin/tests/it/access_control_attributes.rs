//! The configuration of access control by attributes, through the router.

use serde_json::{Value, json};

use crate::organization::Organization;

const CREATE: &str = "CreateInstanceAccessControlAttributeConfiguration";
const DESCRIBE: &str = "DescribeInstanceAccessControlAttributeConfiguration";
const UPDATE: &str = "UpdateInstanceAccessControlAttributeConfiguration";
const DELETE: &str = "DeleteInstanceAccessControlAttributeConfiguration";

const COST_CENTER: (&str, &str) = ("CostCenter", "${path:enterprise.costCenter}");
const TITLE: (&str, &str) = ("Title", "${path:title}");

fn configuration(attributes: &[(&str, &str)]) -> Value {
    let attributes = attributes
        .iter()
        .map(|(key, source)| json!({ "Key": key, "Value": { "Source": [source] } }));
    json!({ "AccessControlAttributes": attributes.collect::<Vec<Value>>() })
}

impl Organization {
    fn instance(&self) -> Value {
        json!({ "InstanceArn": self.instance_arn() })
    }

    fn attributes(&self, attributes: &[(&str, &str)]) -> Value {
        json!({
            "InstanceArn": self.instance_arn(),
            "InstanceAccessControlAttributeConfiguration": configuration(attributes),
        })
    }

    async fn configured(&self) -> Value {
        let mut described = self.ok(DESCRIBE, self.instance()).await;
        assert_eq!(described["Status"], "ENABLED");
        described["InstanceAccessControlAttributeConfiguration"].take()
    }
}

#[tokio::test]
async fn a_configuration_is_made_once_replaced_whole_and_deleted() {
    let organization = Organization::new().await;
    for (operation, input) in [
        (DESCRIBE, organization.instance()),
        (DELETE, organization.instance()),
        (UPDATE, organization.attributes(&[TITLE])),
    ] {
        let refused = organization.refused(operation, input).await;
        assert_eq!(refused, "ResourceNotFoundException", "{operation}");
    }

    organization.ok(CREATE, organization.attributes(&[])).await;
    assert_eq!(organization.configured().await, configuration(&[]));
    for attributes in [&[COST_CENTER][..], &[COST_CENTER, TITLE], &[TITLE]] {
        let update = organization.attributes(attributes);
        organization.ok(UPDATE, update).await;
        assert_eq!(organization.configured().await, configuration(attributes));
    }
    let again = organization.attributes(&[COST_CENTER]);
    let refused = organization.refused(CREATE, again).await;
    assert_eq!(refused, "ConflictException");
    assert_eq!(organization.configured().await, configuration(&[TITLE]));

    organization.ok(DELETE, organization.instance()).await;
    let refused = organization.refused(DELETE, organization.instance()).await;
    assert_eq!(refused, "ResourceNotFoundException");
    let create = organization.attributes(&[COST_CENTER]);
    organization.ok(CREATE, create).await;
}

#[tokio::test]
async fn the_record_says_which_attributes_are_passed_on() {
    let organization = Organization::new().await;
    let create = organization.attributes(&[COST_CENTER]);
    organization.ok(CREATE, create).await;
    let [record] = &organization.recorded(CREATE).await[..] else {
        panic!("one record");
    };
    let attribute = &record.request_parameters["instanceAccessControlAttributeConfiguration"]["accessControlAttributes"]
        [0];
    let expected =
        json!({ "key": "CostCenter", "value": { "source": ["${path:enterprise.costCenter}"] } });
    assert_eq!(*attribute, expected);
}

#[tokio::test]
async fn what_no_session_could_be_tagged_with_is_refused() {
    let organization = Organization::new().await;
    let many: Vec<String> = (0..51).map(|number| format!("key{number}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), TITLE.1)).collect();
    let long = "k".repeat(129);
    for attributes in [
        &[("a", "${path:salary}")][..],
        &[("a", "${path:externalId}")],
        &[("a", "a literal")],
        &[("a", "")],
        &[("aws:a", TITLE.1)],
        &[("a", TITLE.1), ("A", TITLE.1)],
        &[("a", TITLE.1), ("a", TITLE.1)],
        &[("", TITLE.1)],
        &[("a&b", TITLE.1)],
        &[(&long, TITLE.1)],
        &many,
    ] {
        let refused = organization
            .refused(CREATE, organization.attributes(attributes))
            .await;
        assert_eq!(refused, "ValidationException", "{attributes:?}");
    }
    let two = json!({
        "InstanceArn": organization.instance_arn(),
        "InstanceAccessControlAttributeConfiguration": { "AccessControlAttributes": [
            { "Key": "a", "Value": { "Source": [TITLE.1, TITLE.1] } },
        ] },
    });
    let refused = organization.refused(CREATE, two).await;
    assert_eq!(refused, "ValidationException");
    let elsewhere = json!({ "InstanceArn": "arn:aws:sso:::instance/ssoins-ffffffffffffffff" });
    let refused = organization.refused(DESCRIBE, elsewhere).await;
    assert_eq!(refused, "ResourceNotFoundException");
    let refused = organization
        .refused(DESCRIBE, organization.instance())
        .await;
    assert_eq!(refused, "ResourceNotFoundException");
}
