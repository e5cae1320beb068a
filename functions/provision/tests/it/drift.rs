//! The look at accounts for what differs from what is wanted: what it finds, and that it changes nothing.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::json;
use vestibule_provision::{Event, handle};
use vestibule_shared::ids::{AccountId, PermissionSetId};
use vestibule_shared::store::access::{
    CompletedDriftRound, DifferenceCode as Code, Drift, DriftSubject, Place, RequestStatus, Task,
};

use crate::fake_aws::{Account, Fault, Role};
use crate::harness::{DEV, Harness, PROD};

const INLINE: &str = r#"{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;
const LEFT_OVER: &str = "VestibuleSSO_Old_0123456789abcdef";

pub(crate) fn event() -> Event {
    serde_json::from_value(json!({ "check": "drift" })).unwrap()
}

/// An organization in which every role is as it should be, and was long enough ago.
pub(crate) async fn organization() -> Harness {
    let harness = Harness::new().await;
    harness
        .revise(|set| set.content.inline_policy = Some(INLINE.to_owned()))
        .await;
    harness.assign(&harness.group(), &harness.place()).await;
    harness.provision(Task::Provision(dev(&harness))).await;
    harness.run_through().await;
    harness.world.advance(SignedDuration::from_mins(10));
    harness.aws.take_calls();
    harness
}

fn dev(harness: &Harness) -> Place {
    Place {
        account: AccountId::parse(DEV).unwrap(),
        permission_set: harness.sample.permission_set.id.clone(),
    }
}

impl Harness {
    /// As `StartDriftCheck`.
    pub(crate) async fn ask_for_check(&self, account: Option<&str>) {
        let account = account.map(|account| AccountId::parse(account).unwrap());
        let record = self.world.record();
        let recorded = self.world.recorded(&record);
        let now = self.world.clock.now();
        let access = &self.world.access;
        let asked = access.request_drift_check(account.as_ref(), now, recorded);
        asked.await.unwrap();
    }

    /// Lets the schedule come once.
    pub(crate) async fn check(&self) {
        handle(&self.context, event()).await.unwrap();
    }

    /// Asks for a round, and lets the schedule come until it is done.
    pub(crate) async fn round(&self) -> CompletedDriftRound {
        let asked_at = self.world.clock.now();
        self.ask_for_check(None).await;
        let round = self.finish_round().await;
        assert!(round.started_at >= asked_at);
        round
    }

    pub(crate) async fn finish_round(&self) -> CompletedDriftRound {
        for _ in 0..40 {
            self.check().await;
            let check = self.world.access.find_drift_check().await.unwrap();
            let check = check.unwrap();
            let requested = self.world.access.is_drift_round_requested().await.unwrap();
            if check.round.is_none() && !requested {
                return check.last_completed.unwrap();
            }
            self.world.advance(SignedDuration::from_mins(1));
        }
        panic!("the round did not end");
    }

    pub(crate) async fn drift(&self) -> Vec<Drift> {
        self.world
            .access
            .list_drift(None, 100, None)
            .await
            .unwrap()
            .items
    }

    /// What differs in the account that the tests change, if in no other one anything does.
    pub(crate) async fn codes(&self) -> Vec<Code> {
        let found = self.drift().await;
        assert!(
            found.iter().all(|drift| drift.account.as_str() == PROD),
            "{found:?}"
        );
        let found = found.iter().flat_map(|drift| &drift.differences);
        found.map(|difference| difference.code).collect()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Account)) {
        self.aws
            .with(|state| change(state.accounts.get_mut(PROD).unwrap()));
    }

    pub(crate) fn change_role(&self, change: impl FnOnce(&mut Role)) {
        self.change(|account| change(account.roles.get_mut(&self.role_name()).unwrap()));
    }
}

fn only_reads(calls: &[String]) -> bool {
    calls.iter().all(|call| {
        let operation = call.split(' ').nth(1).unwrap();
        operation == "AssumeRole" || operation.starts_with("Get") || operation.starts_with("List")
    })
}

#[tokio::test]
async fn where_everything_is_as_it_should_be_nothing_is_found_and_nothing_changed() {
    let harness = organization().await;
    let records = harness.records().await.len();
    let before = harness.aws.with(|state| state.accounts.clone());
    let round = harness.round().await;
    assert_eq!((round.checked, round.failed, round.drifted), (2, 0, 0));
    assert_eq!(harness.drift().await, []);
    let calls = harness.aws.take_calls();
    assert!(calls.len() > 8 && only_reads(&calls), "{calls:?}");
    assert_eq!(harness.aws.with(|state| state.accounts.clone()), before);
    let check = harness.world.access.find_drift_check().await.unwrap();
    assert_eq!(check.unwrap().held_until, None);
    assert_eq!(harness.records().await.len(), records);
}

type Change = fn(&Harness);

/// Whatever somebody may do by hand to what Vestibule has made, and what is found of it.
const CHANGES: &[(Change, &[Code])] = &[
    (
        |harness| harness.change(|account| drop(account.roles.remove(&harness.role_name()))),
        &[Code::RoleMissing],
    ),
    (
        |harness| {
            harness.change_role(|role| role.trust = role.trust.replace("sts:TagSession", "sts:*"));
        },
        &[Code::TrustPolicyChanged],
    ),
    (
        |harness| {
            harness.change_role(|role| {
                role.description = "mine".to_owned();
                role.max_session_seconds = 3600;
            });
        },
        &[Code::DescriptionChanged, Code::MaxSessionDurationChanged],
    ),
    (
        |harness| {
            harness.change_role(|role| {
                role.tags
                    .insert("vestibule:permission-set".to_owned(), "x".to_owned());
                role.tags.insert("team".to_owned(), "theirs".to_owned());
            });
        },
        &[Code::TagsChanged],
    ),
    (
        |harness| {
            harness.change_role(|role| {
                role.attached = ["arn:aws:iam::aws:policy/AdministratorAccess".to_owned()].into();
            });
        },
        &[Code::ManagedPolicyMissing, Code::ManagedPolicyExtra],
    ),
    (
        |harness| {
            harness.change_role(|role| {
                let inline = INLINE.replace("Deny", "Allow");
                role.inline
                    .insert("VestibuleInlinePolicy".to_owned(), inline);
                role.inline.insert("ByHand".to_owned(), INLINE.to_owned());
            });
        },
        &[Code::InlinePolicyExtra, Code::InlinePolicyChanged],
    ),
    (
        |harness| harness.change_role(|role| role.inline.clear()),
        &[Code::InlinePolicyMissing],
    ),
    (
        |harness| {
            harness.change_role(|role| {
                role.boundary = Some("arn:aws:iam::aws:policy/PowerUserAccess".to_owned());
            });
        },
        &[Code::PermissionsBoundaryChanged],
    ),
    (
        |harness| harness.change(|account| account.providers.clear()),
        &[Code::ProviderMissing],
    ),
    (
        |harness| {
            harness.change(|account| {
                let provider = account.providers.values_mut().next().unwrap();
                provider.metadata = provider.metadata.replace("AAAA", "BBBB");
            });
        },
        &[Code::ProviderMetadataChanged],
    ),
    (
        |harness| harness.change(|account| drop(account.roles.remove("VestibuleServiceRole"))),
        &[Code::AccountNotReadable],
    ),
];

#[tokio::test]
async fn whatever_is_changed_by_hand_is_found_and_mended_on_request() {
    let harness = organization().await;
    let role = harness.role();
    for (change, codes) in CHANGES {
        change(&harness);
        harness.aws.take_calls();
        let round = harness.round().await;
        assert_eq!(harness.codes().await, *codes);
        assert_eq!(round.drifted, 1, "{codes:?}");
        assert!(only_reads(&harness.aws.take_calls()));

        let request = harness.provision(Task::Repair(harness.place())).await;
        harness.run_through().await;
        assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
        assert_eq!(harness.codes().await, [], "{codes:?} was mended");
        let mended = harness.role();
        assert_eq!(
            (&mended.trust, &mended.attached),
            (&role.trust, &role.attached)
        );
        assert_eq!(mended.inline, role.inline);
        let provisioned = harness.provisioned(&harness.place()).await.unwrap();
        assert!(provisioned.fingerprint.is_some(), "{codes:?}");
        harness.world.advance(SignedDuration::from_mins(10));
        assert_eq!(harness.round().await.drifted, 0, "{codes:?}");
    }
    assert_eq!(harness.role().tags["team"], "theirs");
}

#[tokio::test]
async fn a_difference_is_told_in_words_with_the_role_and_since_when() {
    let harness = organization().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    harness.round().await;
    let [first] = &harness.drift().await[..] else {
        panic!("one place differs")
    };
    let role = format!("arn:aws:iam::{PROD}:role/vestibule/{}", harness.role_name());
    assert_eq!(first.resource, role);
    let set = harness.sample.permission_set.id.clone();
    assert_eq!(first.subject, DriftSubject::PermissionSet(set));
    assert_eq!(first.differences[0].message, "The description was changed.");
    harness.world.advance(SignedDuration::from_hours(1));
    harness.round().await;
    let [second] = &harness.drift().await[..] else {
        panic!("it still differs")
    };
    assert_eq!(second.first_found_at, first.first_found_at);
    assert!(second.found_at > first.found_at);
}

#[tokio::test]
async fn a_role_that_no_record_wants_is_found_by_path_name_and_tag_and_removed_on_request() {
    let harness = organization().await;
    let instance = harness.sample.instance.id.to_string();
    let role = harness.role();
    let named = |name: &str, path: &str, instance: &str| {
        let role = Role {
            path: path.to_owned(),
            tags: BTreeMap::from([("vestibule:instance".to_owned(), instance.to_owned())]),
            ..role.clone()
        };
        harness.change(|account| drop(account.roles.insert(name.to_owned(), role)));
    };
    named(LEFT_OVER, "/vestibule/", &instance);
    named(
        "VestibuleSSO_Theirs_1123456789abcdef",
        "/vestibule/",
        "ssoins-ffffffffffffffff",
    );
    named("VestibuleSSO_Elsewhere_2123456789abcdef", "/", &instance);
    named("VestibuleSSO_Other", "/vestibule/", &instance);
    harness.round().await;
    let [drift] = &harness.drift().await[..] else {
        panic!("{:?}", harness.drift().await)
    };
    assert!(drift.resource.ends_with(LEFT_OVER));
    assert_eq!(drift.differences[0].code, Code::RoleLeftOver);

    let place = Place {
        permission_set: PermissionSetId::parse("ps-0123456789abcdef").unwrap(),
        ..harness.place()
    };
    let others = harness.aws.with(|state| state.accounts[PROD].roles.len()) - 1;
    let request = harness.provision(Task::Repair(place)).await;
    harness.run_through().await;
    assert_eq!(harness.status(&request).await, RequestStatus::Succeeded);
    assert_eq!(harness.aws.find_role(PROD, LEFT_OVER), None);
    let left = harness.aws.with(|state| state.accounts[PROD].roles.len());
    assert_eq!(left, others);
    assert_eq!(harness.drift().await, []);
}

#[tokio::test]
async fn what_somebody_else_made_under_our_names_is_told_and_not_touched() {
    let harness = organization().await;
    harness.change_role(|role| role.tags.clear());
    harness.change(|account| {
        let provider = account.providers.values_mut().next().unwrap();
        provider.metadata = "<theirs/>".to_owned();
        provider.tags.clear();
    });
    harness.round().await;
    assert_eq!(
        harness.codes().await,
        [Code::ProviderNotOurs, Code::RoleNotOurs]
    );
}

#[tokio::test]
async fn a_role_that_could_not_be_removed_is_found() {
    let harness = organization().await;
    harness.aws.break_operation("DeleteRole", Fault::Denied);
    harness.unassign(&harness.group(), &harness.place()).await;
    harness.run_through().await;
    harness.aws.heal();
    harness.world.advance(SignedDuration::from_mins(10));
    harness.round().await;
    assert_eq!(harness.codes().await, [Code::RoleLeftOver]);
    harness.provision(Task::Repair(harness.place())).await;
    harness.run_through().await;
    assert_eq!(harness.find_role(), None);
    assert_eq!(harness.round().await.drifted, 0);
}

#[tokio::test]
async fn what_may_not_be_looked_at_says_why_and_leaves_what_was_known() {
    let harness = organization().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    harness.round().await;
    harness.aws.break_operation("GetRole", Fault::Denied);
    harness.round().await;
    let codes = harness.codes_of_both().await;
    assert_eq!(
        codes,
        [
            (DEV.to_owned(), Code::AccountNotReadable),
            (PROD.to_owned(), Code::AccountNotReadable),
            (PROD.to_owned(), Code::DescriptionChanged),
        ]
    );
    let reason = &harness.drift().await[0].differences[0].message;
    assert!(reason.contains("iam:GetRole was refused"), "{reason}");
    harness.aws.heal();
    harness.round().await;
    assert_eq!(harness.codes().await, [Code::DescriptionChanged]);
}

impl Harness {
    async fn codes_of_both(&self) -> Vec<(String, Code)> {
        let mut codes = Vec::new();
        for drift in self.drift().await {
            let found = drift.differences.iter().map(|found| found.code);
            codes.extend(found.map(|code| (drift.account.to_string(), code)));
        }
        codes
    }
}

#[tokio::test]
async fn a_service_role_of_an_older_version_only_keeps_left_over_roles_from_being_found() {
    let harness = organization().await;
    harness.change(|account| {
        let role = account.roles.get_mut("VestibuleServiceRole").unwrap();
        for policy in role.inline.values_mut() {
            *policy = policy.replace("iam:ListRoles", "iam:GetRole");
        }
    });
    harness.change_role(|role| role.description = "mine".to_owned());
    harness.round().await;
    assert_eq!(
        harness.codes().await,
        [Code::RolesNotListed, Code::DescriptionChanged]
    );
}

#[tokio::test]
async fn what_somebody_is_at_is_not_taken_for_a_difference() {
    let harness = organization().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    harness.provision(Task::Provision(harness.place())).await;
    harness.round().await;
    assert_eq!(harness.codes().await, []);
    harness.run_through().await;
    harness.change_role(|role| role.description = "mine".to_owned());
    harness
        .revise(|set| set.content.session_seconds = 7200)
        .await;
    harness.world.advance(SignedDuration::from_mins(10));
    harness.round().await;
    assert_eq!(harness.codes().await, [Code::DescriptionChanged]);
}
