//! The instance and its Regions, as clients see them.

use serde_json::{Value, json};

use crate::organization::Organization;

const ELSEWHERE: &str = "arn:aws:sso:::instance/ssoins-ffffffffffffffff";

impl Organization {
    async fn of_instance(&self, operation: &str, more: Value) -> Result<Value, (String, Value)> {
        let mut input = json!({ "InstanceArn": self.instance_arn() });
        let Value::Object(more) = more else {
            panic!("members");
        };
        input.as_object_mut().unwrap().extend(more);
        self.call(operation, input).await
    }

    async fn refused_of_instance(&self, operation: &str, more: Value) -> String {
        let answer = self.of_instance(operation, more).await;
        answer.map_err(|(code, _)| code).unwrap_err()
    }
}

#[tokio::test]
async fn the_instance_is_active_in_its_one_region() {
    let organization = Organization::new().await;
    let described = organization
        .of_instance("DescribeInstance", json!({}))
        .await
        .unwrap();
    assert_eq!(described["Status"], "ACTIVE");
    assert_eq!(described["PermissionSetsEnabled"], true);
    assert_eq!(described["PrimaryRegion"], "us-east-1");
    let regions = organization
        .of_instance("ListRegions", json!({}))
        .await
        .unwrap();
    assert_eq!(described["Regions"], regions["Regions"]);
    let name = json!({ "RegionName": "us-east-1" });
    let region = organization.of_instance("DescribeRegion", name).await;
    let region = region.unwrap();
    assert_eq!(regions["Regions"], json!([region]));
    assert_eq!(region["Status"], "ACTIVE");
    assert_eq!(region["IsPrimaryRegion"], true);
    assert_eq!(region["AddedDate"], described["CreatedDate"]);

    for scope in ["CURRENT_REGION", "ALL_REGIONS"] {
        let input = json!({ "RegionScope": scope, "MaxResults": 1 });
        let listed = organization.ok("ListInstances", input).await;
        assert_eq!(listed.get("NextToken"), None);
        let listed = &listed["Instances"][0];
        assert_eq!(listed["InstanceArn"], described["InstanceArn"]);
        assert_eq!(listed["Regions"], described["Regions"]);
    }
    let input = json!({ "NextToken": "e30" });
    let refused = organization.refused("ListInstances", input).await;
    assert_eq!(refused, "ValidationException");
}

#[tokio::test]
async fn an_instance_gets_a_name_and_nothing_that_is_not_so() {
    let organization = Organization::new().await;
    let name = json!({ "Name": "Example" });
    for _ in 0..2 {
        let renamed = organization
            .of_instance("UpdateInstance", name.clone())
            .await;
        assert_eq!(renamed.unwrap(), json!({}));
    }
    let enabled = json!({ "PermissionSetsEnabled": true });
    let renamed = organization.of_instance("UpdateInstance", enabled).await;
    assert_eq!(renamed.unwrap(), json!({}));
    let instance = organization.world.access.find_instance().await.unwrap();
    assert_eq!(instance.unwrap().revision, 2);
    assert_eq!(organization.recorded("UpdateInstance").await.len(), 3);
    let described = organization
        .of_instance("DescribeInstance", json!({}))
        .await;
    assert_eq!(described.unwrap()["Name"], "Example");
    for refused in [
        json!({ "EncryptionConfiguration": { "KeyType": "AWS_OWNED_KMS_KEY" } }),
        json!({ "NetworkConfiguration": { "VpceAccessRequired": true } }),
        json!({ "PermissionSetsEnabled": false }),
        json!({ "Name": "two words" }),
    ] {
        let code = organization.refused_of_instance("UpdateInstance", refused);
        assert_eq!(code.await, "ValidationException");
    }
}

#[tokio::test]
async fn what_a_management_account_cannot_do_is_refused_as_aws_declares_it() {
    let organization = Organization::new().await;
    for input in [
        json!({}),
        json!({ "Name": "n", "ClientToken": "t", "Tags": [{ "Key": "a", "Value": "" }] }),
    ] {
        let refused = organization.refused("CreateInstance", input).await;
        assert_eq!(refused, "AccessDeniedException");
    }
    for (operation, input, code) in [
        ("DeleteInstance", json!({}), "AccessDeniedException"),
        (
            "DeleteInstance",
            json!({ "InstanceArn": ELSEWHERE }),
            "AccessDeniedException",
        ),
        (
            "AddRegion",
            json!({ "RegionName": "us-east-1" }),
            "ConflictException",
        ),
        (
            "AddRegion",
            json!({ "RegionName": "eu-west-1" }),
            "ValidationException",
        ),
        (
            "AddRegion",
            json!({ "RegionName": "eu-west-1", "InstanceArn": ELSEWHERE }),
            "AccessDeniedException",
        ),
        (
            "RemoveRegion",
            json!({ "RegionName": "us-east-1" }),
            "ValidationException",
        ),
        (
            "RemoveRegion",
            json!({ "RegionName": "eu-west-1" }),
            "ResourceNotFoundException",
        ),
        (
            "DescribeRegion",
            json!({ "RegionName": "eu-west-1" }),
            "ResourceNotFoundException",
        ),
        (
            "ListRegions",
            json!({ "InstanceArn": ELSEWHERE }),
            "AccessDeniedException",
        ),
        (
            "DescribeInstance",
            json!({ "InstanceArn": ELSEWHERE }),
            "AccessDeniedException",
        ),
        (
            "UpdateInstance",
            json!({ "InstanceArn": ELSEWHERE }),
            "ResourceNotFoundException",
        ),
    ] {
        let refused = organization.refused_of_instance(operation, input.clone());
        assert_eq!(refused.await, code, "{operation} {input}");
    }
}
