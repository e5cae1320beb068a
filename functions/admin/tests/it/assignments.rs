//! Account assignments through the router. The provisioner is played by the tests themselves.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_shared::arn::PermissionSetArn;
use vestibule_shared::ids::{Principal, RequestId};
use vestibule_shared::store::access::{AssignmentState, Place, Task, Work};
use vestibule_shared::store::table::key;

use crate::organization::Organization;

impl Organization {
    pub(crate) fn set_arn(&self) -> String {
        let arn = PermissionSetArn {
            instance: self.sample.instance.id.clone(),
            id: self.sample.permission_set.id.clone(),
        };
        arn.to_string()
    }

    fn place(&self, account: usize) -> Place {
        Place {
            account: self.sample.accounts[account].id.clone(),
            permission_set: self.sample.permission_set.id.clone(),
        }
    }

    fn user(&self) -> Principal {
        Principal::User(self.sample.user.id.clone())
    }

    fn group(&self) -> Principal {
        Principal::Group(self.sample.group.id.clone())
    }

    /// The input of both operations for the sample permission set.
    fn assignment(&self, principal: &Principal, account: usize) -> Value {
        json!({
            "InstanceArn": self.instance_arn(),
            "TargetId": self.sample.accounts[account].id,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": self.set_arn(),
            "PrincipalType": principal.kind(),
            "PrincipalId": principal.id(),
        })
    }

    async fn state(&self, principal: &Principal, account: usize) -> Option<AssignmentState> {
        let place = self.place(account);
        let found = self.world.access.find_assignment(principal, &place);
        found.await.unwrap().map(|assignment| assignment.state)
    }

    pub(crate) async fn all_work(&self) -> Vec<Work> {
        self.world.access.list_work(100, None).await.unwrap().items
    }

    /// As the provisioner does when all went well, or when it did not.
    pub(crate) async fn finish(&self, request: &Value, failure: Option<&str>) {
        let id: RequestId = request.as_str().unwrap().parse().unwrap();
        for work in self.all_work().await {
            if work.request == id {
                self.world.access.finish_work(&work, failure).await.unwrap();
            }
        }
    }

    async fn creation(&self, request: &Value) -> Value {
        let input = json!({
            "InstanceArn": self.instance_arn(),
            "AccountAssignmentCreationRequestId": request,
        });
        self.ok("DescribeAccountAssignmentCreationStatus", input)
            .await["AccountAssignmentCreationStatus"]
            .clone()
    }

    async fn listed(&self, account: usize) -> Vec<Value> {
        let input = json!({
            "InstanceArn": self.instance_arn(),
            "AccountId": self.sample.accounts[account].id,
            "PermissionSetArn": self.set_arn(),
        });
        self.all("ListAccountAssignments", "AccountAssignments", input, 1)
            .await
    }
}

#[tokio::test]
async fn an_assignment_is_pending_until_the_provisioner_is_done() {
    let organization = Organization::new().await;
    let user = organization.user();
    let input = organization.assignment(&user, 1);
    let created = organization.ok("CreateAccountAssignment", input).await;
    let status = &created["AccountAssignmentCreationStatus"];
    assert_eq!(status["Status"], "IN_PROGRESS");
    assert_eq!(status["TargetId"], "222222222222");
    let request = &status["RequestId"];
    assert_eq!(&organization.creation(request).await, status);
    assert_eq!(
        organization.state(&user, 1).await,
        Some(AssignmentState::Pending)
    );
    assert!(organization.listed(1).await.is_empty());
    let work = organization.all_work().await;
    assert_eq!(work.len(), 1);
    assert_eq!(work[0].task, Task::Assign(organization.place(1)));

    organization.finish(request, None).await;
    assert_eq!(organization.creation(request).await["Status"], "SUCCEEDED");
    let recorded = organization.recorded("CreateAccountAssignment").await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0].request_parameters["targetId"], "222222222222");
    assert_eq!(
        recorded[0].user_identity["accessKeyId"],
        organization.key.id.as_str()
    );
}

#[tokio::test]
async fn a_failed_request_says_why() {
    let organization = Organization::new().await;
    let input = organization.assignment(&organization.user(), 1);
    let created = organization.ok("CreateAccountAssignment", input).await;
    let request = &created["AccountAssignmentCreationStatus"]["RequestId"];
    organization
        .finish(request, Some("the role is missing"))
        .await;
    let status = organization.creation(request).await;
    assert_eq!(status["Status"], "FAILED");
    assert_eq!(status["FailureReason"], "the role is missing");
}

#[tokio::test]
async fn creating_what_exists_succeeds_and_takes_no_access_away() {
    let organization = Organization::new().await;
    let group = organization.group();
    let input = organization.assignment(&group, 0);
    let created = organization.ok("CreateAccountAssignment", input).await;
    assert_eq!(
        created["AccountAssignmentCreationStatus"]["Status"],
        "IN_PROGRESS"
    );
    assert_eq!(
        organization.state(&group, 0).await,
        Some(AssignmentState::Active)
    );
}

#[tokio::test]
async fn a_deletion_takes_access_away_at_once() {
    let organization = Organization::new().await;
    let group = organization.group();
    let input = organization.assignment(&group, 0);
    assert_eq!(organization.listed(0).await.len(), 1);
    let deleted = organization
        .ok("DeleteAccountAssignment", input.clone())
        .await;
    let status = &deleted["AccountAssignmentDeletionStatus"];
    assert_eq!(status["Status"], "IN_PROGRESS");
    assert_eq!(
        organization.state(&group, 0).await,
        Some(AssignmentState::Deleting)
    );
    assert!(organization.listed(0).await.is_empty());
    let work = organization.all_work().await;
    assert_eq!(work[0].task, Task::Tidy(organization.place(0)));

    let describe = json!({
        "InstanceArn": organization.instance_arn(),
        "AccountAssignmentDeletionRequestId": status["RequestId"],
    });
    organization.finish(&status["RequestId"], None).await;
    let described = organization
        .ok("DescribeAccountAssignmentDeletionStatus", describe)
        .await;
    assert_eq!(
        described["AccountAssignmentDeletionStatus"]["Status"],
        "SUCCEEDED"
    );
    // It is still there as `deleting`: whoever asks for it again gets it back.
    organization.ok("CreateAccountAssignment", input).await;
    assert_eq!(
        organization.state(&group, 0).await,
        Some(AssignmentState::Pending)
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let organization = Organization::new().await;
    let good = organization.assignment(&organization.user(), 1);
    let unknown = "0123456789-01234567-89ab-cdef-0123-456789abcdef";
    for (member, value) in [
        ("TargetId", "333333333333"),
        ("PrincipalId", unknown),
        ("PrincipalType", "GROUP"),
        (
            "PermissionSetArn",
            "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-ffffffffffffffff",
        ),
        (
            "PermissionSetArn",
            "arn:aws:sso:::permissionSet/ssoins-ffffffffffffffff/ps-ffffffffffffffff",
        ),
        (
            "InstanceArn",
            "arn:aws:sso:::instance/ssoins-ffffffffffffffff",
        ),
    ] {
        let mut input = good.clone();
        input[member] = value.into();
        for operation in ["CreateAccountAssignment", "DeleteAccountAssignment"] {
            let refused = organization.refused(operation, input.clone()).await;
            assert_eq!(refused, "ResourceNotFoundException", "{operation} {input}");
        }
    }
    assert_eq!(
        organization.refused("DeleteAccountAssignment", good).await,
        "ResourceNotFoundException"
    );
    assert!(organization.all_work().await.is_empty());
}

#[tokio::test]
async fn a_request_is_found_only_as_what_it_is() {
    let organization = Organization::new().await;
    let input = organization.assignment(&organization.user(), 1);
    let created = organization.ok("CreateAccountAssignment", input).await;
    let request = &created["AccountAssignmentCreationStatus"]["RequestId"];
    for (operation, member) in [
        (
            "DescribeAccountAssignmentDeletionStatus",
            "AccountAssignmentDeletionRequestId",
        ),
        (
            "DescribePermissionSetProvisioningStatus",
            "ProvisionPermissionSetRequestId",
        ),
    ] {
        let mut input = json!({ "InstanceArn": organization.instance_arn() });
        input[member] = request.clone();
        let refused = organization.refused(operation, input).await;
        assert_eq!(refused, "ResourceNotFoundException");
    }
}

#[tokio::test]
async fn requests_are_listed_newest_first_and_by_status() {
    let organization = Organization::new().await;
    let mut requests = Vec::new();
    for account in [0, 1] {
        organization.world.advance(SignedDuration::from_secs(1));
        let input = organization.assignment(&organization.user(), account);
        let created = organization.ok("CreateAccountAssignment", input).await;
        requests.push(created["AccountAssignmentCreationStatus"]["RequestId"].clone());
    }
    organization.finish(&requests[0], None).await;
    let list = async |filter: Value| {
        let mut input = filter;
        input["InstanceArn"] = organization.instance_arn().into();
        let name = "ListAccountAssignmentCreationStatus";
        let listed = organization
            .all(name, "AccountAssignmentsCreationStatus", input, 1)
            .await;
        listed
            .iter()
            .map(|status| status["RequestId"].clone())
            .collect::<Vec<_>>()
    };
    let all = list(json!({})).await;
    assert_eq!(all[..2], [requests[1].clone(), requests[0].clone()]);
    let done = list(json!({ "Filter": { "Status": "SUCCEEDED" } })).await;
    assert!(done.contains(&requests[0]) && !done.contains(&requests[1]));
    let open = list(json!({ "Filter": { "Status": "IN_PROGRESS" } })).await;
    assert_eq!(open, [requests[1].clone()]);
    let input = json!({ "InstanceArn": organization.instance_arn() });
    let deletions = organization
        .ok("ListAccountAssignmentDeletionStatus", input)
        .await;
    assert_eq!(deletions, json!({ "AccountAssignmentsDeletionStatus": [] }));
}

#[tokio::test]
async fn a_thousand_have_a_permission_set_in_an_account_at_most() {
    let organization = Organization::new().await;
    let place = organization.place(0);
    let table = organization.world.table("AccessTable").unwrap();
    let pk = format!("PROVISIONED#{}#{}", place.account, place.permission_set);
    // The group of the sample is there already.
    for number in 1..1000 {
        let item = key(&pk, &format!("USER#{number}"));
        table.put(item).await.unwrap();
    }
    let user = organization.assignment(&organization.user(), 0);
    let create = "CreateAccountAssignment";
    let refused = organization.refused(create, user).await;
    assert_eq!(refused, "ServiceQuotaExceededException");
    let group = organization.assignment(&organization.group(), 0);
    organization.ok(create, group).await;
    let elsewhere = organization.assignment(&organization.user(), 1);
    organization.ok(create, elsewhere).await;
}

/// Most of somebody's groups may be for something else.
#[tokio::test]
async fn what_few_of_many_groups_have_is_one_page() {
    let organization = Organization::new().await;
    let (world, store) = (
        &organization.world,
        organization.sample.instance.identity_store.clone(),
    );
    for number in 0..70 {
        let group = world.create_group(&store, &format!("Group{number}")).await;
        let group = group.unwrap().id;
        world
            .join(&store, &organization.sample.user.id, &group)
            .await
            .unwrap();
        if number % 20 == 0 {
            let principal = Principal::Group(group);
            world
                .assign(&principal, &organization.place(1))
                .await
                .unwrap();
        }
    }
    let list = async |size: i32| {
        let input = json!({
            "InstanceArn": organization.instance_arn(),
            "PrincipalType": "USER",
            "PrincipalId": organization.user().id(),
            "Filter": { "AccountId": "222222222222" },
            "MaxResults": size,
        });
        let name = "ListAccountAssignmentsForPrincipal";
        organization.ok(name, input).await
    };
    let whole = list(100).await;
    assert_eq!(whole["AccountAssignments"].as_array().unwrap().len(), 4);
    assert_eq!(whole.get("NextToken"), None);
    let part = list(3).await;
    assert_eq!(part["AccountAssignments"].as_array().unwrap().len(), 3);
    assert!(part["NextToken"].is_string());
}

#[tokio::test]
async fn a_user_has_what_their_groups_have() {
    let organization = Organization::new().await;
    let (user, group) = (organization.user(), organization.group());
    let world = &organization.world;
    world.assign(&user, &organization.place(0)).await.unwrap();
    world.assign(&group, &organization.place(1)).await.unwrap();
    let list = async |principal: &Principal, filter: Value, size: i32| {
        let input = json!({
            "InstanceArn": organization.instance_arn(),
            "PrincipalType": principal.kind(),
            "PrincipalId": principal.id(),
            "Filter": filter,
        });
        let name = "ListAccountAssignmentsForPrincipal";
        let listed = organization
            .all(name, "AccountAssignments", input, size)
            .await;
        listed
            .iter()
            .map(|one| format!("{} {}", one["PrincipalType"], one["AccountId"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    for size in [1, 2, 100] {
        assert_eq!(
            list(&user, json!({}), size).await,
            [
                "USER 111111111111",
                "GROUP 111111111111",
                "GROUP 222222222222"
            ]
        );
        assert_eq!(
            list(&group, json!({}), size).await,
            ["GROUP 111111111111", "GROUP 222222222222"]
        );
        let only = json!({ "AccountId": "222222222222" });
        assert_eq!(list(&user, only, size).await, ["GROUP 222222222222"]);
    }
    for token in ["x", "e30", "bnVsbA"] {
        let input = json!({
            "InstanceArn": organization.instance_arn(),
            "PrincipalType": "USER",
            "PrincipalId": user.id(),
            "NextToken": token,
        });
        let name = "ListAccountAssignmentsForPrincipal";
        assert_eq!(
            organization.refused(name, input).await,
            "ValidationException"
        );
    }
}
