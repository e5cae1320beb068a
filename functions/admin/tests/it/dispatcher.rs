//! What stands before every operation: the signature, the model, and who is known.

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::json;
use vestibule_admin::{NewAccessKey, Operation};

use crate::organization::{Organization, Unsigned};

const LIST: &str = "SWBExternalService.ListInstances";

#[tokio::test]
async fn the_instance_is_listed_and_described() {
    let organization = Organization::new().await;
    let listed = organization.ok("ListInstances", json!({})).await;
    let mut expected = json!({
        "InstanceArn": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
        "IdentityStoreId": "d-0123456789",
        "IdentityStoreArn": "arn:aws:identitystore::999999999999:identitystore/d-0123456789",
        "PrimaryRegion": "us-east-1",
        "OwnerAccountId": "999999999999",
        "CreatedDate": 1_767_323_045.0,
        "Status": "ACTIVE",
        "Regions": [{
            "RegionName": "us-east-1",
            "Status": "ACTIVE",
            "AddedDate": 1_767_323_045.0,
            "IsPrimaryRegion": true,
        }],
    });
    assert_eq!(listed, json!({ "Instances": [expected] }));
    expected["PermissionSetsEnabled"] = true.into();
    expected["EncryptionConfigurationDetails"] = json!({
        "KeyType": "CUSTOMER_MANAGED_KEY",
        "EncryptionStatus": "ENABLED",
    });
    let arn = json!({ "InstanceArn": organization.instance_arn() });
    assert_eq!(organization.ok("DescribeInstance", arn).await, expected);
    let other = json!({ "InstanceArn": "arn:aws:sso:::instance/ssoins-ffffffffffffffff" });
    assert_eq!(
        organization.refused("DescribeInstance", other).await,
        "AccessDeniedException"
    );
}

#[tokio::test]
async fn an_empty_body_is_the_empty_input() {
    let organization = Organization::new().await;
    let unsigned = Unsigned {
        target: Some(LIST),
        body: b"",
    };
    let request = organization.sign(unsigned, "sso", &organization.key);
    assert_eq!(organization.send(request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_operation_refuses_who_is_anonymous_or_has_a_wrong_key() {
    let organization = Organization::new().await;
    let wrong_secret = NewAccessKey {
        secret: "x".repeat(40),
        ..organization.key.clone()
    };
    let unknown = NewAccessKey {
        id: "AKIAAAAAAAAAAAAAAAAA".to_owned(),
        ..organization.key.clone()
    };
    let absurd = NewAccessKey {
        id: "A".repeat(3000),
        ..organization.key.clone()
    };
    for operation in Operation::all() {
        let target = operation.target();
        let anonymous = Request::post("/")
            .header("x-amz-target", &target)
            .body(Body::from("{}"))
            .unwrap();
        let answer = organization.send(anonymous).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            answer.header("x-amzn-errortype"),
            "MissingAuthenticationTokenException",
            "{target}"
        );
        for (key, code) in [
            (&wrong_secret, "InvalidSignatureException"),
            (&unknown, "UnrecognizedClientException"),
            (&absurd, "IncompleteSignatureException"),
        ] {
            let unsigned = Unsigned {
                target: Some(&target),
                body: b"{}",
            };
            let signing_name = operation.service().signing_name();
            let request = organization.sign(unsigned, signing_name, key);
            let answer = organization.send(request).await;
            assert_eq!(answer.json()["__type"], code, "{target}");
        }
    }
}

#[tokio::test]
async fn a_signature_for_the_other_service_is_refused() {
    let organization = Organization::new().await;
    for (target, signing_name) in [
        (LIST, "identitystore"),
        ("AWSIdentityStore.ListUsers", "sso"),
        (LIST, "sts"),
    ] {
        let unsigned = Unsigned {
            target: Some(target),
            body: b"{}",
        };
        let request = organization.sign(unsigned, signing_name, &organization.key);
        let answer = organization.send(request).await;
        assert_eq!(answer.json()["__type"], "InvalidSignatureException");
    }
}

#[tokio::test]
async fn an_inactive_key_is_refused() {
    let organization = Organization::new().await;
    let keys = organization.world.table("KeysTable").unwrap();
    let id = format!("ACCESSKEY#{}", organization.key.id);
    let mut key: serde_json::Value = keys.find(&id, "ACCESSKEY").await.unwrap().unwrap();
    key["active"] = json!(false);
    let item = keys.item(&id, "ACCESSKEY", &key).unwrap();
    keys.put(item).await.unwrap();
    assert_eq!(
        organization.refused("ListInstances", json!({})).await,
        "UnrecognizedClientException"
    );
}

#[tokio::test]
async fn what_does_not_exist_is_unknown() {
    let organization = Organization::new().await;
    for target in [
        "SWBExternalService.Nonsense",
        "AWSIdentityStore.ListInstances",
        "x",
        "",
    ] {
        let unsigned = Unsigned {
            target: Some(target),
            body: b"{}",
        };
        let request = organization.sign(unsigned, "sso", &organization.key);
        let answer = organization.send(request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["__type"], "UnknownOperationException");
    }
}

#[tokio::test]
async fn garbage_is_refused_in_the_protocols_shape() {
    let organization = Organization::new().await;
    let large = vec![b' '; 1024 * 1024 + 1];
    let huge = vec![b' '; 11 * 1024 * 1024];
    for (body, status, code) in [
        (&b"{"[..], 400, "SerializationException"),
        (b"[]", 400, "SerializationException"),
        (b"\xff", 400, "SerializationException"),
        (&large, 413, "RequestEntityTooLargeException"),
        (&huge, 413, "RequestEntityTooLargeException"),
    ] {
        let unsigned = Unsigned {
            target: Some(LIST),
            body,
        };
        let request = organization.sign(unsigned, "sso", &organization.key);
        let answer = organization.send(request).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.json()["__type"], code);
    }
    let (code, body) = organization
        .call("DescribeInstance", json!({ "InstanceArn": "x" }))
        .await
        .unwrap_err();
    assert_eq!(code, "ValidationException");
    assert!(body["Message"].as_str().unwrap().contains("instanceArn"));
}

#[tokio::test]
async fn before_the_instance_is_enabled_nothing_can_be_asked() {
    let world = vestibule_tables::fixture::World::empty().await.unwrap();
    let context = crate::organization::context(&world);
    let key = vestibule_admin::create_access_key(&context, "test")
        .await
        .unwrap();
    let sample = Organization::new().await.sample;
    let organization = Organization {
        world,
        sample,
        context,
        key,
    };
    assert_eq!(
        organization
            .refused(
                "ListPermissionSets",
                json!({ "InstanceArn": organization.instance_arn() })
            )
            .await,
        "AccessDeniedException"
    );
}

#[tokio::test]
async fn a_caller_learns_who_they_are() {
    let organization = Organization::new().await;
    let ask = |body: &'static [u8], key: &NewAccessKey| {
        organization.sign(Unsigned { target: None, body }, "sts", key)
    };
    let request = ask(
        b"Action=GetCallerIdentity&Version=2011-06-15",
        &organization.key,
    );
    let answer = organization.send(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "text/xml");
    let arn = format!(
        "<Arn>arn:aws:iam::999999999999:user/vestibule/{}</Arn>",
        organization.key.id
    );
    assert!(answer.body.contains(&arn), "{}", answer.body);
    assert!(answer.body.contains("<Account>999999999999</Account>"));

    for body in [&b"Action=AssumeRole"[..], b"", b"\xff=&&", b"{}"] {
        let answer = organization.send(ask(body, &organization.key)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.contains("<Code>InvalidAction</Code>"));
    }
    let wrong = NewAccessKey {
        secret: "x".repeat(40),
        ..organization.key.clone()
    };
    let answer = organization
        .send(ask(b"Action=GetCallerIdentity", &wrong))
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("<Code>SignatureDoesNotMatch</Code>"));
    let anonymous = Request::post("/").body(Body::empty()).unwrap();
    let answer = organization.send(anonymous).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer
            .body
            .contains("<Code>MissingAuthenticationToken</Code>")
    );
}
