//! Customer managed policies and the permissions boundary of a permission set, and how much it may hold.

use serde_json::{Value, json};
use vestibule_shared::arn::PermissionSetArn;
use vestibule_shared::store::access::{Content, CustomerManagedPolicy, PermissionsBoundary};

use crate::organization::Organization;

const ATTACH: &str = "AttachCustomerManagedPolicyReferenceToPermissionSet";
const DETACH: &str = "DetachCustomerManagedPolicyReferenceFromPermissionSet";
const LIST: &str = "ListCustomerManagedPolicyReferencesInPermissionSet";
const PUT_BOUNDARY: &str = "PutPermissionsBoundaryToPermissionSet";
const GET_BOUNDARY: &str = "GetPermissionsBoundaryForPermissionSet";
const DELETE_BOUNDARY: &str = "DeletePermissionsBoundaryFromPermissionSet";

const PUT_DOCUMENT: &str = "PutCustomerManagedPolicyDocument";
const GET_DOCUMENT: &str = "GetCustomerManagedPolicyDocument";
const DELETE_DOCUMENT: &str = "DeleteCustomerManagedPolicyDocument";

const DOCUMENT: &str = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;

/// The sample's permission set, in an organization of its own.
struct Subject {
    organization: Organization,
}

impl Subject {
    async fn new() -> Self {
        Self {
            organization: Organization::new().await,
        }
    }

    fn input(&self, more: Value) -> Value {
        let sample = &self.organization.sample;
        let arn = PermissionSetArn {
            instance: sample.instance.id.clone(),
            id: sample.permission_set.id.clone(),
        };
        let mut input = json!({
            "InstanceArn": self.organization.instance_arn(),
            "PermissionSetArn": arn.to_string(),
        });
        let Value::Object(more) = more else {
            panic!("members");
        };
        input.as_object_mut().unwrap().extend(more);
        input
    }

    async fn ok(&self, operation: &str, more: Value) -> Value {
        self.organization.ok(operation, self.input(more)).await
    }

    async fn refused(&self, operation: &str, more: Value) -> String {
        self.organization.refused(operation, self.input(more)).await
    }

    async fn content(&self) -> Content {
        let id = &self.organization.sample.permission_set.id;
        let found = self.organization.world.access.find_permission_set(id).await;
        found.unwrap().unwrap().content
    }
}

fn reference(name: &str, path: Option<&str>) -> Value {
    let mut reference = json!({ "Name": name });
    if let Some(path) = path {
        reference["Path"] = path.into();
    }
    json!({ "CustomerManagedPolicyReference": reference })
}

#[tokio::test]
async fn customer_managed_policies_are_attached_listed_and_detached() {
    let subject = Subject::new().await;
    let policies = [
        ("Deploy", None),
        ("Deploy", Some("/a/")),
        ("Alpha", Some("/a/b/")),
    ];
    for (name, path) in policies {
        subject.ok(ATTACH, reference(name, path)).await;
        let again = subject.refused(ATTACH, reference(name, path)).await;
        assert_eq!(again, "ConflictException");
    }
    let root = subject
        .refused(ATTACH, reference("Deploy", Some("/")))
        .await;
    assert_eq!(
        root, "ConflictException",
        "the path is / where none is given"
    );
    let expected = [
        json!({ "Name": "Deploy", "Path": "/" }),
        json!({ "Name": "Deploy", "Path": "/a/" }),
        json!({ "Name": "Alpha", "Path": "/a/b/" }),
    ];
    for size in [1, 2, 3] {
        let input = subject.input(json!({}));
        let member = "CustomerManagedPolicyReferences";
        let listed = subject.organization.all(LIST, member, input, size).await;
        assert_eq!(listed.len(), 3);
        for policy in &expected {
            assert!(listed.contains(policy), "{policy}");
        }
    }
    subject.ok(DETACH, reference("Deploy", None)).await;
    let gone = subject.refused(DETACH, reference("Deploy", None)).await;
    assert_eq!(gone, "ResourceNotFoundException");
    let wrong = subject
        .refused(ATTACH, reference("Deploy", Some("a")))
        .await;
    assert_eq!(wrong, "ValidationException");
    assert_eq!(subject.content().await.customer_managed_policies.len(), 2);
}

#[tokio::test]
async fn a_permissions_boundary_is_put_replaced_and_deleted() {
    let subject = Subject::new().await;
    for operation in [GET_BOUNDARY, DELETE_BOUNDARY] {
        let none = subject.refused(operation, json!({})).await;
        assert_eq!(none, "ResourceNotFoundException");
    }
    let managed = json!({ "ManagedPolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess" });
    let customers = reference("Boundary", None);
    for (boundary, answer) in [
        (managed.clone(), managed.clone()),
        (customers.clone(), reference("Boundary", Some("/"))),
    ] {
        subject
            .ok(PUT_BOUNDARY, json!({ "PermissionsBoundary": boundary }))
            .await;
        let found = subject.ok(GET_BOUNDARY, json!({})).await;
        assert_eq!(found["PermissionsBoundary"], answer);
    }
    let stored = PermissionsBoundary::CustomerManaged(CustomerManagedPolicy {
        name: "Boundary".to_owned(),
        path: "/".to_owned(),
    });
    assert_eq!(subject.content().await.permissions_boundary, Some(stored));
    let mut both = managed;
    both.as_object_mut()
        .unwrap()
        .extend(customers.as_object().unwrap().clone());
    for wrong in [both, json!({})] {
        let wrong = json!({ "PermissionsBoundary": wrong });
        assert_eq!(
            subject.refused(PUT_BOUNDARY, wrong).await,
            "ValidationException"
        );
    }
    subject.ok(DELETE_BOUNDARY, json!({})).await;
    assert_eq!(subject.content().await.permissions_boundary, None);
}

fn document(name: &str, document: &str) -> Value {
    let mut input = reference(name, Some("/team/"));
    input["PolicyDocument"] = document.into();
    input
}

#[tokio::test]
async fn a_document_is_kept_for_a_policy_as_long_as_something_refers_to_it() {
    let subject = Subject::new().await;
    let deploy = reference("Deploy", Some("/team/"));
    let early = subject
        .refused(PUT_DOCUMENT, document("Deploy", DOCUMENT))
        .await;
    assert_eq!(early, "ResourceNotFoundException");
    subject.ok(ATTACH, deploy.clone()).await;
    for operation in [GET_DOCUMENT, DELETE_DOCUMENT] {
        let none = subject.refused(operation, deploy.clone()).await;
        assert_eq!(none, "ResourceNotFoundException");
    }
    subject.ok(PUT_DOCUMENT, document("Deploy", DOCUMENT)).await;
    let kept = subject.ok(GET_DOCUMENT, deploy.clone()).await;
    assert_eq!(kept, json!({ "PolicyDocument": DOCUMENT }));
    let stored = subject.content().await.policy_documents;
    assert_eq!(stored["/team/Deploy"], DOCUMENT);

    let boundary = json!({ "PermissionsBoundary": deploy });
    subject.ok(PUT_BOUNDARY, boundary).await;
    subject.ok(DETACH, deploy.clone()).await;
    subject.ok(GET_DOCUMENT, deploy.clone()).await;
    subject.ok(DELETE_BOUNDARY, json!({})).await;
    let gone = subject.refused(GET_DOCUMENT, deploy.clone()).await;
    assert_eq!(gone, "ResourceNotFoundException");

    subject.ok(ATTACH, deploy.clone()).await;
    subject.ok(PUT_DOCUMENT, document("Deploy", DOCUMENT)).await;
    subject.ok(DELETE_DOCUMENT, deploy).await;
    let content = subject.content().await;
    assert!(content.policy_documents.is_empty());
    assert_eq!(content.customer_managed_policies.len(), 1);
}

#[tokio::test]
async fn a_document_is_one_that_iam_takes() {
    let subject = Subject::new().await;
    subject
        .ok(ATTACH, reference("Deploy", Some("/team/")))
        .await;
    let long = DOCUMENT.replace("s3:*", &"s".repeat(6200));
    for (wrong, code) in [
        ("{}", "ValidationException"),
        ("no JSON", "ValidationException"),
        ("\u{2603}", "ValidationException"),
        (&*long, "ServiceQuotaExceededException"),
    ] {
        let refused = subject
            .refused(PUT_DOCUMENT, document("Deploy", wrong))
            .await;
        assert_eq!(refused, code, "{wrong}");
    }
}

#[tokio::test]
async fn policies_of_both_kinds_are_counted_together() {
    let subject = Subject::new().await;
    let sample = &subject.organization.sample.permission_set;
    let mut full = sample.clone();
    full.revision += 1;
    // The sample has one.
    for number in 0..248 {
        let arn = format!("arn:aws:iam::aws:policy/{number}");
        full.content
            .managed_policies
            .insert(arn, number.to_string());
    }
    let world = &subject.organization.world;
    let record = world.record();
    let revised = world
        .access
        .revise_permission_set((sample, &full), world.recorded(&record));
    revised.await.unwrap();
    subject.ok(ATTACH, reference("Deploy", None)).await;
    let another = json!({ "ManagedPolicyArn": "arn:aws:iam::aws:policy/A" });
    let attach = "AttachManagedPolicyToPermissionSet";
    subject.ok(attach, another).await;
    let more = json!({ "ManagedPolicyArn": "arn:aws:iam::aws:policy/B" });
    assert_eq!(
        subject.refused(attach, more).await,
        "ServiceQuotaExceededException"
    );
    let more = reference("Deploy", Some("/team/"));
    assert_eq!(
        subject.refused(ATTACH, more).await,
        "ServiceQuotaExceededException"
    );
}

#[tokio::test]
async fn a_permission_set_stays_smaller_than_an_item_can_be() {
    let subject = Subject::new().await;
    let wide = format!("{DOCUMENT}{}", " ".repeat(30_000));
    let mut kept = 0;
    let refused = loop {
        let name = kept.to_string();
        subject.ok(ATTACH, reference(&name, Some("/team/"))).await;
        let input = subject.input(document(&name, &wide));
        match subject.organization.call(PUT_DOCUMENT, input).await {
            Ok(_) => kept += 1,
            Err((code, _)) => break code,
        }
    };
    assert_eq!(refused, "ServiceQuotaExceededException");
    assert_eq!(kept, 10);
}
