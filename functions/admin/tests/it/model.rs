//! Requests are held against the models as AWS would.

use proptest::prelude::*;
use serde_json::{Value, json};
use vestibule_admin::{Operation, Service, parse_body};

/// Requests as real clients put them on the wire, by what they ask for.
const CAPTURED: [(&str, &str); 4] = [
    (
        "SWBExternalService.ListInstances",
        include_str!("../../../../shared/tests/requests/sso-admin-list-instances.http"),
    ),
    (
        "SWBExternalService.CreatePermissionSet",
        include_str!("../../../../shared/tests/requests/sso-admin-create-permission-set.http"),
    ),
    (
        "AWSIdentityStore.CreateUser",
        include_str!("../../../../shared/tests/requests/identitystore-create-user.http"),
    ),
    (
        "AWSIdentityStore.CreateUser",
        include_str!("../../../../shared/tests/requests/identitystore-create-user-javascript.http"),
    ),
];

pub(crate) const INSTANCE: &str = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6";
pub(crate) const STORE: &str = "d-9067642ac7";

pub(crate) fn operation(target: &str) -> &'static Operation {
    Operation::find(target).expect("an operation of the models")
}

/// The name and the sentence of the refusal, or nothing.
fn refusal(target: &str, input: &Value) -> Option<(&'static str, String)> {
    let mismatch = operation(target).validate_input(input).err()?;
    Some((mismatch.code(), mismatch.to_string()))
}

fn invalid(target: &str, input: &Value) -> String {
    match refusal(target, input) {
        Some(("ValidationException", sentence)) => sentence,
        other => panic!("{target} with {input}: {other:?}"),
    }
}

fn untyped(target: &str, input: &Value) -> String {
    match refusal(target, input) {
        Some(("SerializationException", sentence)) => sentence,
        other => panic!("{target} with {input}: {other:?}"),
    }
}

#[test]
fn every_operation_of_the_models_is_found() {
    let count = |service| {
        Operation::all()
            .filter(|operation| operation.service() == service)
            .count()
    };
    assert_eq!(count(Service::SsoAdmin), 79);
    assert_eq!(count(Service::IdentityStore), 22);
    assert!(count(Service::Vestibule) > 0);
    for operation in Operation::all() {
        assert_eq!(
            Operation::find(&operation.target()).map(Operation::name),
            Some(operation.name())
        );
    }
}

#[test]
fn an_operation_is_found_by_its_exact_target_only() {
    assert!(Operation::find("SWBExternalService.ListInstances").is_some());
    for target in [
        "",
        ".",
        "ListInstances",
        "SWBExternalService.",
        "SWBExternalService.listInstances",
        "AWSIdentityStore.ListInstances",
        "SWBExternalService.ListInstances ",
        "SWBExternalService.ListInstances,",
    ] {
        assert!(Operation::find(target).is_none(), "{target}");
    }
}

#[test]
fn what_real_clients_send_fits() {
    for (target, wire) in CAPTURED {
        let (head, body) = wire.split_once("\r\n\r\n").expect("a head and a body");
        assert!(
            head.to_lowercase()
                .contains(&format!("x-amz-target: {}", target.to_lowercase()))
        );
        let input = parse_body(body.as_bytes()).expect("a body");
        assert_eq!(refusal(target, &input), None);
    }
}

#[test]
fn a_missing_member_is_null() {
    let expected = "2 validation errors detected: \
        Value null at 'instanceArn' failed to satisfy constraint: Member must not be null; \
        Value null at 'name' failed to satisfy constraint: Member must not be null";
    assert_eq!(
        invalid("SWBExternalService.CreatePermissionSet", &json!({})),
        expected
    );
    let null = json!({"InstanceArn": null, "Name": null, "Description": null});
    assert_eq!(
        invalid("SWBExternalService.CreatePermissionSet", &null),
        expected
    );
}

#[test]
fn a_pattern_is_reported_with_the_value_and_the_pattern() {
    let input = json!({"InstanceArn": INSTANCE, "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1"});
    assert_eq!(
        invalid("SWBExternalService.DescribePermissionSet", &input),
        "1 validation error detected: Value 'arn:aws:sso:::permissionSet/ssoins-1/ps-1' at 'permissionSetArn' failed \
         to satisfy constraint: Member must satisfy regular expression pattern: \
         arn:aws(-[a-z]{1,5}){0,3}:sso:::permissionSet/(sso)?ins-[a-zA-Z0-9-.]{16}/ps-[a-zA-Z0-9-./]{16}"
    );
}

#[test]
fn every_unmet_constraint_of_a_value_is_reported() {
    let input = json!({"InstanceArn": INSTANCE, "Name": ""});
    assert_eq!(
        invalid("SWBExternalService.CreatePermissionSet", &input),
        "2 validation errors detected: \
         Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; \
         Value '' at 'name' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [\\w+=,.@-]+"
    );
}

#[test]
fn a_long_value_is_shortened_and_not_matched() {
    let input = json!({"InstanceArn": INSTANCE, "Name": "é".repeat(65)});
    assert_eq!(
        invalid("SWBExternalService.CreatePermissionSet", &input),
        format!(
            "1 validation error detected: Value '{}...' at 'name' failed to satisfy constraint: \
             Member must have length less than or equal to 32",
            "é".repeat(61)
        )
    );
}

#[test]
fn lengths_count_characters_and_not_bytes() {
    let user = |name: String| json!({"IdentityStoreId": STORE, "UserName": name});
    assert_eq!(
        refusal("AWSIdentityStore.CreateUser", &user("🦊".repeat(128))),
        None
    );
    assert!(refusal("AWSIdentityStore.CreateUser", &user("🦊".repeat(129))).is_some());
}

#[test]
fn numbers_keep_their_range() {
    let list = |results: Value| json!({"InstanceArn": INSTANCE, "MaxResults": results});
    assert_eq!(
        refusal("SWBExternalService.ListPermissionSets", &list(json!(1))),
        None
    );
    assert_eq!(
        refusal("SWBExternalService.ListPermissionSets", &list(json!(100))),
        None
    );
    assert_eq!(
        invalid("SWBExternalService.ListPermissionSets", &list(json!(101))),
        "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: \
         Member must have value less than or equal to 100"
    );
    assert_eq!(
        invalid("SWBExternalService.ListPermissionSets", &list(json!(0))),
        "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
    for results in [
        json!(1.5),
        json!(3_000_000_000_i64),
        json!(u64::MAX),
        json!(1e300),
    ] {
        assert_eq!(
            untyped("SWBExternalService.ListPermissionSets", &list(results)),
            "NUMBER_VALUE can not be converted to an Integer"
        );
    }
}

#[test]
fn an_enumeration_lists_its_values() {
    let input = json!({"InstanceArn": INSTANCE, "PermissionSetArn":
        "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-0123456789abcdef",
        "TargetId": "123456789012", "TargetType": "OU",
        "PrincipalType": "USER", "PrincipalId": "90676428c4-8b1d0c5e-1e9c-4cc5-a9b9-2ad0b8f1c111"});
    assert_eq!(
        invalid("SWBExternalService.CreateAccountAssignment", &input),
        "1 validation error detected: Value 'OU' at 'targetType' failed to satisfy constraint: \
         Member must satisfy enum value set: [AWS_ACCOUNT]"
    );
}

#[test]
fn a_path_names_the_element() {
    let input = json!({"InstanceArn": INSTANCE, "Name": "A", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "é#"}]});
    assert_eq!(
        invalid("SWBExternalService.CreatePermissionSet", &input),
        "1 validation error detected: Value 'é#' at 'tags.2.member.value' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: ([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)"
    );
}

#[test]
fn a_list_of_scalars_is_one_violation() {
    let groups = |groups: Value| {
        json!({"IdentityStoreId": STORE, "GroupIds": groups,
               "MemberId": {"UserId": "90676428c4-8b1d0c5e-1e9c-4cc5-a9b9-2ad0b8f1c111"}})
    };
    let sentence = invalid(
        "AWSIdentityStore.IsMemberInGroups",
        &groups(json!(["x", "y"])),
    );
    let expected = "1 validation error detected: Value '[x, y]' at 'groupIds' failed to satisfy constraint: \
        Member must satisfy constraint: [Member must have length less than or equal to 100, \
        Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ";
    assert!(sentence.starts_with(expected), "{sentence}");
    assert!(
        invalid("AWSIdentityStore.IsMemberInGroups", &groups(json!([])))
            .contains("Value '[]' at 'groupIds' failed to satisfy constraint: Member must have length greater than or equal to 1")
    );
    let many = invalid(
        "AWSIdentityStore.IsMemberInGroups",
        &groups(json!(vec!["x"; 101])),
    );
    assert!(
        many.contains("Member must have length less than or equal to 100"),
        "{many}"
    );
    assert!(many.len() < 250, "{many}");
    let null = invalid("AWSIdentityStore.IsMemberInGroups", &groups(json!([null])));
    assert!(
        null.ends_with("Member must satisfy constraint: [Member must not be null]"),
        "{null}"
    );
}

#[test]
fn a_union_has_exactly_one_member() {
    let with = |member: Value| json!({"IdentityStoreId": STORE, "AlternateIdentifier": member});
    let unique = json!({"AttributePath": "userName", "AttributeValue": "zoe"});
    let external = json!({"Issuer": "https://idp.example.com", "Id": "1"});
    let fits = with(json!({"UniqueAttribute": unique}));
    assert_eq!(refusal("AWSIdentityStore.GetUserId", &fits), None);
    for member in [
        json!({}),
        json!({"Unknown": 1}),
        json!({"UniqueAttribute": unique, "ExternalId": external}),
    ] {
        assert_eq!(
            invalid("AWSIdentityStore.GetUserId", &with(member)),
            "1 validation error detected: Value at 'alternateIdentifier' failed to satisfy constraint: \
             Member must have exactly one member set"
        );
    }
    let null_beside = json!({"UniqueAttribute": unique, "ExternalId": null, "__type": "x"});
    assert_eq!(
        refusal("AWSIdentityStore.GetUserId", &with(null_beside)),
        None
    );
}

#[test]
fn a_document_may_be_any_value() {
    for document in [
        json!("x"),
        json!(1),
        json!(true),
        json!([1, {"a": []}]),
        json!({"a": null}),
        Value::Null,
    ] {
        let input = json!({"IdentityStoreId": STORE, "UserId": "90676428c4-8b1d0c5e-1e9c-4cc5-a9b9-2ad0b8f1c111",
            "Operations": [{"AttributePath": "displayName", "AttributeValue": document}]});
        assert_eq!(refusal("AWSIdentityStore.UpdateUser", &input), None);
    }
}

#[test]
fn a_map_is_held_to_its_keys_and_size() {
    let with = |extensions: Value| json!({"IdentityStoreId": STORE, "UserName": "zoe", "Extensions": extensions});
    let fits = with(json!({"aws:identitystore:enterprise": {"costCenter": "1"}}));
    assert_eq!(refusal("AWSIdentityStore.CreateUser", &fits), None);
    assert_eq!(
        invalid("AWSIdentityStore.CreateUser", &with(json!({"other": {}}))),
        "1 validation error detected: Value at 'extensions' failed to satisfy constraint: Map keys must satisfy \
         constraint: [Member must have length less than or equal to 50, Member must have length greater than or \
         equal to 1, Member must satisfy regular expression pattern: aws:identitystore:[a-z]{1,20}]"
    );
    assert!(invalid("AWSIdentityStore.CreateUser", &with(json!({}))).contains("at 'extensions'"));
    assert!(untyped("AWSIdentityStore.CreateUser", &with(json!([]))).contains("list"));
}

#[test]
fn members_that_the_model_does_not_know_are_ignored() {
    let input = json!({"InstanceArn": INSTANCE, "Name": "A", "Newer": {"a": [1]}, "name": 7});
    assert_eq!(
        refusal("SWBExternalService.CreatePermissionSet", &input),
        None
    );
}

#[test]
fn a_wrong_type_goes_before_every_constraint() {
    let target = "SWBExternalService.CreatePermissionSet";
    let name = |name: Value| json!({"InstanceArn": "no arn", "Name": name});
    assert_eq!(
        untyped(target, &name(json!(7))),
        "NUMBER_VALUE can not be converted to a String"
    );
    assert_eq!(
        untyped(target, &name(json!(true))),
        "TRUE_VALUE can not be converted to a String"
    );
    assert_eq!(
        untyped(target, &name(json!([]))),
        "Start of list found where not expected"
    );
    assert_eq!(
        untyped(target, &name(json!({}))),
        "Start of structure or map found where not expected."
    );
    let tags = |tags: Value| json!({"InstanceArn": INSTANCE, "Name": "A", "Tags": tags});
    assert_eq!(
        untyped(target, &tags(json!("x"))),
        "STRING_VALUE can not be converted to a List"
    );
    assert_eq!(
        untyped(target, &tags(json!(["x"]))),
        "STRING_VALUE can not be converted to a Structure"
    );
    assert_eq!(
        untyped(target, &tags(json!([{"Key": 1}]))),
        "NUMBER_VALUE can not be converted to a String"
    );
}

#[test]
fn a_sensitive_value_is_never_repeated() {
    let secret = "very private\u{7}";
    let inputs = [
        (
            "AWSIdentityStore.CreateUser",
            json!({"IdentityStoreId": STORE, "UserName": secret}),
        ),
        (
            "AWSIdentityStore.CreateUser",
            json!({"IdentityStoreId": STORE, "DisplayName": secret, "Emails": [{"Value": secret}]}),
        ),
        (
            "AWSIdentityStore.CreateUser",
            json!({"IdentityStoreId": STORE, "Name": {"GivenName": secret}, "Roles": [{"Value": secret}]}),
        ),
        (
            "AWSIdentityStore.CreateGroup",
            json!({"IdentityStoreId": STORE, "DisplayName": secret}),
        ),
        (
            "AWSIdentityStore.GetUserId",
            json!({"IdentityStoreId": STORE, "AlternateIdentifier": {"ExternalId": {"Issuer": secret, "Id": secret}}}),
        ),
    ];
    for (target, input) in inputs {
        let sentence = invalid(target, &input);
        assert!(!sentence.contains("private"), "{sentence}");
        assert!(sentence.contains(": Value at '"), "{sentence}");
    }
}

#[test]
fn at_most_ten_violations_are_reported() {
    let tags: Vec<Value> = (0..30).map(|_| json!({"Key": "#"})).collect();
    let sentence = invalid(
        "SWBExternalService.TagResource",
        &json!({"ResourceArn": INSTANCE, "Tags": tags}),
    );
    assert!(
        sentence.starts_with("10 validation errors detected: "),
        "{sentence}"
    );
    assert_eq!(sentence.matches("failed to satisfy").count(), 10);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,80}".prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "InstanceArn",
        "Name",
        "Tags",
        "Key",
        "Value",
        "IdentityStoreId",
        "Emails",
        "Extensions",
        "MemberId",
        "UserId",
        "GroupIds",
        "AlternateIdentifier",
        "Operations",
        "MaxResults",
        "Grant",
        "AuthenticationMethod",
        "Other",
    ]);
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_makes_the_reader_panic(body in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}:,\"\\\\a1 ]{0,60}") {
        let _ = parse_body(&body);
        let _ = parse_body(text.as_bytes());
    }

    #[test]
    fn no_value_makes_the_validation_panic_or_talk_long(value in any_json()) {
        for operation in Operation::all() {
            for outcome in [operation.validate_input(&value), operation.validate_output(&value)] {
                if let Err(mismatch) = outcome {
                    prop_assert!(mismatch.to_string().len() < 20_000);
                }
            }
        }
    }
}
