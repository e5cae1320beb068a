//! `ListDrift`, `StartDriftCheck` and `RepairDrift`, through the router.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_shared::ids::{AccountId, PermissionSetId};
use vestibule_shared::store::access::{
    CompletedDriftRound, Difference, DifferenceCode, Drift, DriftChanges, DriftCheck, DriftSubject,
    Task,
};

use crate::organization::Organization;

const DEV: &str = "111111111111";
const PROD: &str = "222222222222";
const GONE: &str = "ps-0123456789abcdef";

/// Seconds since the epoch as an answer has them.
fn seconds(moment: i64) -> f64 {
    f64::from(u32::try_from(moment).unwrap())
}

impl Organization {
    fn drift_input(&self, members: &Value) -> Value {
        let mut input = members.clone();
        input["InstanceArn"] = self.instance_arn().into();
        input
    }

    /// What a look at accounts has found.
    async fn found(&self, account: &str, subjects: Vec<DriftSubject>) {
        let account = AccountId::parse(account).unwrap();
        let now = self.world.clock.now();
        let access = &self.world.access;
        let lease = access.take_lease(&account, now, SignedDuration::from_mins(1));
        let lease = lease.await.unwrap().unwrap();
        let put = subjects.into_iter().map(|subject| Drift {
            account: account.clone(),
            subject,
            resource: "arn:aws:iam::111111111111:role/vestibule/VestibuleSSO_A".to_owned(),
            differences: vec![Difference {
                code: DifferenceCode::RoleMissing,
                message: "The role is not there.".to_owned(),
            }],
            found_at: now,
            first_found_at: now - SignedDuration::from_hours(24),
        });
        let changes = DriftChanges {
            put: put.collect(),
            delete: Vec::new(),
        };
        access.replace_drift(&lease, &changes).await.unwrap();
        access.release_lease(&lease).await.unwrap();
    }

    fn set_subject(&self) -> DriftSubject {
        DriftSubject::PermissionSet(self.sample.permission_set.id.clone())
    }

    fn arn_of(&self, set: &str) -> String {
        let instance = &self.sample.instance.id;
        format!("arn:aws:sso:::permissionSet/{instance}/{set}")
    }
}

#[tokio::test]
async fn what_differs_is_listed_by_account_and_permission_set_in_pages() {
    let organization = Organization::new().await;
    let subject = organization.set_subject();
    let all = vec![
        DriftSubject::Account,
        DriftSubject::Provider,
        subject.clone(),
    ];
    organization.found(DEV, all).await;
    organization.found(PROD, vec![subject]).await;
    let list = async |members: Value| {
        let input = organization.drift_input(&members);
        organization.all("ListDrift", "Drifts", input, 2).await
    };
    let listed = list(json!({})).await;
    assert_eq!(listed.len(), 4);
    let now = organization.world.clock.now().as_second();
    assert_eq!(
        listed[3],
        json!({
            "AccountId": PROD,
            "PermissionSetArn": organization.set_arn(),
            "Resource": "arn:aws:iam::111111111111:role/vestibule/VestibuleSSO_A",
            "Differences": [{ "Code": "ROLE_MISSING", "Message": "The role is not there." }],
            "FoundDate": seconds(now),
            "FirstFoundDate": seconds(now - 86400),
        })
    );
    assert!(listed[0].get("PermissionSetArn").is_none());
    assert_eq!(list(json!({ "AccountId": DEV })).await.len(), 3);
    let set = organization.set_arn();
    assert_eq!(list(json!({ "PermissionSetArn": set })).await.len(), 2);
    let both = json!({ "AccountId": DEV, "PermissionSetArn": set });
    assert_eq!(list(both).await.len(), 1);
    let other = json!({ "PermissionSetArn": organization.arn_of(GONE) });
    assert_eq!(list(other).await.len(), 0);
}

#[tokio::test]
async fn the_last_look_at_all_accounts_says_when_it_was_and_where_it_was_given_up() {
    let organization = Organization::new().await;
    let input = organization.drift_input(&json!({}));
    let listed = organization.ok("ListDrift", input.clone()).await;
    assert!(listed.get("LastCompletedCheck").is_none());
    let now = organization.world.clock.now();
    let check = DriftCheck {
        revision: 1,
        last_completed: Some(CompletedDriftRound {
            started_at: now - SignedDuration::from_hours(1),
            completed_at: now,
            checked: 7,
            failed: 2,
            drifted: 3,
        }),
        ..DriftCheck::default()
    };
    let access = &organization.world.access;
    access.replace_drift_check(None, &check).await.unwrap();
    let listed = organization.ok("ListDrift", input).await;
    let now = now.as_second();
    assert_eq!(
        listed["LastCompletedCheck"],
        json!({
            "StartedDate": seconds(now - 3600),
            "CompletedDate": seconds(now),
            "AccountsChecked": 7,
            "AccountsFailed": 2,
        })
    );
}

#[tokio::test]
async fn a_look_is_asked_for_at_one_account_or_at_all() {
    let organization = Organization::new().await;
    let access = &organization.world.access;
    let one = organization.drift_input(&json!({ "AccountId": PROD }));
    organization.ok("StartDriftCheck", one).await;
    let requests = access.list_drift_requests(None).await.unwrap().items;
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].account.as_str(), PROD);
    assert!(!access.is_drift_round_requested().await.unwrap());
    let all = organization.drift_input(&json!({}));
    organization.ok("StartDriftCheck", all).await;
    assert!(access.is_drift_round_requested().await.unwrap());
    let unknown = organization.drift_input(&json!({ "AccountId": "444444444444" }));
    assert_eq!(
        organization.refused("StartDriftCheck", unknown).await,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn a_repair_is_work_that_believes_nothing_and_can_be_followed() {
    let organization = Organization::new().await;
    let set = organization.set_arn();
    let input = json!({ "AccountId": DEV, "PermissionSetArn": set });
    let started = organization
        .ok("RepairDrift", organization.drift_input(&input))
        .await;
    let status = &started["PermissionSetProvisioningStatus"];
    assert_eq!(status["Status"], "IN_PROGRESS");
    assert_eq!(status["AccountId"], DEV);
    let work = organization.all_work().await;
    assert!(matches!(&work[0].task, Task::Repair(place) if place.account.as_str() == DEV));
    let describe = json!({
        "InstanceArn": organization.instance_arn(),
        "ProvisionPermissionSetRequestId": status["RequestId"],
    });
    let described = organization
        .ok("DescribePermissionSetProvisioningStatus", describe)
        .await;
    assert_eq!(&described["PermissionSetProvisioningStatus"], status);
}

#[tokio::test]
async fn an_account_is_repaired_by_any_permission_set_that_it_has() {
    let organization = Organization::new().await;
    let account = |id: &str| organization.drift_input(&json!({ "AccountId": id }));
    let started = organization.ok("RepairDrift", account(DEV)).await;
    let status = &started["PermissionSetProvisioningStatus"];
    assert_eq!(status["PermissionSetArn"], organization.set_arn());
    let work = organization.all_work().await;
    assert!(matches!(&work[0].task, Task::Repair(place) if place.account.as_str() == DEV));
    let recorded = organization.recorded("RepairDrift").await;
    let parameters = &recorded[0].request_parameters;
    assert_eq!(parameters["permissionSetArn"], organization.set_arn());
    let refused = organization.refused("RepairDrift", account(PROD)).await;
    assert_eq!(refused, "ResourceNotFoundException");
}

#[tokio::test]
async fn only_what_is_provisioned_or_was_found_left_over_is_repaired() {
    let organization = Organization::new().await;
    let input = |account: &str, set: String| {
        organization.drift_input(&json!({ "AccountId": account, "PermissionSetArn": set }))
    };
    let missing = "ResourceNotFoundException";
    for (account, set) in [
        (PROD, organization.set_arn()),
        (PROD, organization.arn_of(GONE)),
        (
            DEV,
            "arn:aws:sso:::permissionSet/ssoins-ffffffffffffffff/ps-0123456789abcdef".to_owned(),
        ),
    ] {
        let refused = organization.refused("RepairDrift", input(account, set));
        assert_eq!(refused.await, missing);
    }
    let gone = PermissionSetId::parse(GONE).unwrap();
    organization
        .found(PROD, vec![DriftSubject::PermissionSet(gone)])
        .await;
    let left_over = input(PROD, organization.arn_of(GONE));
    organization.ok("RepairDrift", left_over).await;
}
