//! The operations that both have, and what they are asked.

use serde_json::{Value, json};

const ACCOUNT: &str = "111111111111";
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;

/// Whose operation it is.
#[derive(Clone, Copy)]
pub(super) enum Service {
    SsoAdmin,
    IdentityStore,
}

impl Service {
    pub(super) fn signing_name(self) -> &'static str {
        match self {
            Self::SsoAdmin => "sso",
            Self::IdentityStore => "identitystore",
        }
    }
}

/// An operation.
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) service: Service,
    /// Its input, from what is known; the number says how many calls are left, this one included.
    pub(super) input: fn(&Known, usize) -> Value,
}

impl Operation {
    pub(super) fn target(&self) -> String {
        let prefix = match self.service {
            Service::SsoAdmin => "SWBExternalService",
            Service::IdentityStore => "AWSIdentityStore",
        };
        format!("{prefix}.{}", self.name)
    }
}

/// What one side has made.
#[derive(Default)]
pub(super) struct Known {
    instance: String,
    identity_store: String,
    users: Vec<String>,
    groups: Vec<String>,
    sets: Vec<String>,
    request: String,
}

impl Known {
    /// Nothing but the instance.
    pub(super) fn of(instance: String, identity_store: String) -> Self {
        Self {
            instance,
            identity_store,
            ..Self::default()
        }
    }

    /// Remembers what an operation has made.
    pub(super) fn keep(&mut self, operation: &Operation, answer: &Value) {
        let text = |pointer: &str| {
            let member = answer.pointer(pointer).and_then(Value::as_str);
            member.unwrap_or_default().to_owned()
        };
        match operation.name {
            "CreateUser" => self.users.push(text("/UserId")),
            "CreateGroup" => self.groups.push(text("/GroupId")),
            "CreatePermissionSet" => self.sets.push(text("/PermissionSet/PermissionSetArn")),
            "CreateAccountAssignment" => {
                self.request = text("/AccountAssignmentCreationStatus/RequestId");
            }
            _ => {}
        }
    }

    /// Of the newest, the one that is `left` from the end: each call of a round has its own.
    fn newest(all: &[String], left: usize) -> &str {
        let index = all.len().saturating_sub(left);
        all.get(index).map_or("", String::as_str)
    }

    fn user(&self, left: usize) -> &str {
        Self::newest(&self.users, left)
    }

    fn group(&self) -> &str {
        Self::newest(&self.groups, 1)
    }

    fn set(&self, left: usize) -> &str {
        Self::newest(&self.sets, left)
    }

    fn in_store(&self, mut input: Value) -> Value {
        if let Some(members) = input.as_object_mut() {
            members.insert("IdentityStoreId".to_owned(), json!(self.identity_store));
        }
        input
    }

    fn on_set(&self, left: usize, mut input: Value) -> Value {
        if let Some(members) = input.as_object_mut() {
            members.insert("InstanceArn".to_owned(), json!(self.instance));
            members.insert("PermissionSetArn".to_owned(), json!(self.set(left)));
        }
        input
    }
}

const fn store(name: &'static str, input: fn(&Known, usize) -> Value) -> Operation {
    Operation {
        name,
        service: Service::IdentityStore,
        input,
    }
}

const fn sso(name: &'static str, input: fn(&Known, usize) -> Value) -> Operation {
    Operation {
        name,
        service: Service::SsoAdmin,
        input,
    }
}

/// In the order in which they are asked: what one makes the next ones use.
pub(super) const OPERATIONS: &[Operation] = &[
    store("CreateUser", |known, _| {
        let name = format!("user-{}", known.users.len());
        known.in_store(json!({
            "UserName": name,
            "DisplayName": "A User",
            "Name": { "GivenName": "A", "FamilyName": "User" },
            "Emails": [{ "Value": format!("{name}@example.com"), "Type": "work", "Primary": true }],
        }))
    }),
    store("DescribeUser", |known, left| {
        known.in_store(json!({ "UserId": known.user(left) }))
    }),
    store("GetUserId", |known, _| {
        let unique = json!({ "AttributePath": "userName", "AttributeValue": "user-0" });
        known.in_store(json!({ "AlternateIdentifier": { "UniqueAttribute": unique } }))
    }),
    store("ListUsers", |known, _| {
        known.in_store(json!({ "MaxResults": 100 }))
    }),
    store("CreateGroup", |known, _| {
        known.in_store(json!({ "DisplayName": format!("Group {}", known.groups.len()) }))
    }),
    store("ListGroups", |known, _| {
        known.in_store(json!({ "MaxResults": 100 }))
    }),
    store("CreateGroupMembership", |known, left| {
        let member = json!({ "UserId": known.user(left) });
        known.in_store(json!({ "GroupId": known.group(), "MemberId": member }))
    }),
    store("ListGroupMembershipsForMember", |known, left| {
        known.in_store(json!({ "MemberId": { "UserId": known.user(left) } }))
    }),
    store("IsMemberInGroups", |known, left| {
        let member = json!({ "UserId": known.user(left) });
        known.in_store(json!({ "MemberId": member, "GroupIds": [known.group()] }))
    }),
    sso("CreatePermissionSet", |known, _| {
        let name = format!("Set{}", known.sets.len());
        json!({ "InstanceArn": known.instance, "Name": name, "SessionDuration": "PT1H" })
    }),
    sso("DescribePermissionSet", |known, left| {
        known.on_set(left, json!({}))
    }),
    sso(
        "ListPermissionSets",
        |known, _| json!({ "InstanceArn": known.instance, "MaxResults": 100 }),
    ),
    sso("AttachManagedPolicyToPermissionSet", |known, left| {
        let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        known.on_set(left, json!({ "ManagedPolicyArn": arn }))
    }),
    sso("ListManagedPoliciesInPermissionSet", |known, left| {
        known.on_set(left, json!({}))
    }),
    sso("PutInlinePolicyToPermissionSet", |known, left| {
        known.on_set(left, json!({ "InlinePolicy": POLICY }))
    }),
    sso("GetInlinePolicyForPermissionSet", |known, left| {
        known.on_set(left, json!({}))
    }),
    sso("CreateAccountAssignment", |known, left| {
        known.on_set(
            1,
            json!({
                "TargetId": ACCOUNT,
                "TargetType": "AWS_ACCOUNT",
                "PrincipalType": "USER",
                "PrincipalId": known.user(left),
            }),
        )
    }),
    sso("DescribeAccountAssignmentCreationStatus", |known, _| {
        json!({
            "InstanceArn": known.instance,
            "AccountAssignmentCreationRequestId": known.request,
        })
    }),
    sso("ListAccountAssignments", |known, _| {
        known.on_set(1, json!({ "AccountId": ACCOUNT, "MaxResults": 100 }))
    }),
];
