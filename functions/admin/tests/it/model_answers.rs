//! Answers are held against the models more strictly than requests: what AWS could not say does not fit.

use serde_json::{Value, json};
use vestibule_admin::Operation;

use crate::model::{INSTANCE, STORE, operation};

#[test]
fn an_answer_is_held_to_its_shape_strictly() {
    let list = operation("SWBExternalService.ListPermissionSets");
    let arn = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-0123456789abcdef";
    assert_eq!(
        list.validate_output(&json!({"PermissionSets": [arn], "NextToken": "abc"})),
        Ok(())
    );
    assert_eq!(list.validate_output(&json!({})), Ok(()));
    assert!(
        list.validate_output(&json!({"PermissionSets": ["x"]}))
            .is_err()
    );
    assert!(
        list.validate_output(&json!({"PermissionSets": arn}))
            .is_err()
    );
    assert!(
        list.validate_output(&json!({"permissionSets": [arn]}))
            .is_err()
    );
    assert!(list.validate_output(&json!([])).is_err());
    assert!(list.validate_output(&json!(null)).is_err());

    let instances = operation("SWBExternalService.ListInstances");
    let created =
        |date: Value| json!({"Instances": [{"InstanceArn": INSTANCE, "CreatedDate": date}]});
    assert_eq!(
        instances.validate_output(&created(json!(1_790_000_000.25))),
        Ok(())
    );
    assert!(
        instances
            .validate_output(&created(json!("2026-11-22T00:00:00Z")))
            .is_err()
    );

    let required = operation("AWSIdentityStore.CreateGroup")
        .validate_output(&json!({"IdentityStoreId": STORE}));
    assert!(required.is_err_and(|mismatch| mismatch.to_string().contains("'groupId'")));
}

#[test]
fn an_operation_without_an_output_answers_nothing() {
    let without = Operation::all()
        .filter(|operation| operation.validate_output(&json!({"A": 1})).is_ok())
        .count();
    assert_eq!(without, 0);
    let empty = operation("SWBExternalService.PutApplicationAccessScope");
    assert_eq!(empty.validate_output(&json!({})), Ok(()));
    assert!(empty.validate_output(&json!(null)).is_err());
}

#[test]
fn an_error_is_held_to_the_operation_and_its_shape() {
    let create = operation("AWSIdentityStore.CreateUser");
    let conflict = json!({"Message": "duplicate", "Reason": "UNIQUENESS_CONSTRAINT_VIOLATION"});
    assert_eq!(
        create.validate_error("ConflictException", &conflict),
        Ok(())
    );
    assert!(
        create
            .validate_error("ConflictException", &json!({"Reason": "other"}))
            .is_err()
    );
    assert!(
        create
            .validate_error("ConflictException", &json!({"message": "duplicate"}))
            .is_err()
    );
    assert!(
        create
            .validate_error("TeapotException", &json!({}))
            .is_err()
    );
}
