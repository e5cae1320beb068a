//! Every kind of trouble at every call of AWS and at every write of a table, in turn. The next runs end where an undisturbed
//! one would have, nothing is left under way, and nothing that Vestibule did not make is touched.
//!
//! To die at a read is to die after the write before it, and tables are denied as they are throttled: both are left out.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use vestibule_shared::ids::{AccountId, PermissionSetId, Principal, RequestId};
use vestibule_shared::store::Item;
use vestibule_shared::store::access::{
    CustomerManagedPolicy, PermissionsBoundary, Place, RequestStatus, Task,
};

use crate::fake_aws::{Account, ManagedPolicy, Provider, State};
use crate::harness::Harness;
use crate::steps::Trouble;

/// What an administrator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    /// Assigns a permission set whose policy and boundary are made from documents, where nothing of Vestibule's is yet.
    FirstAssignment,
    /// Assigns a second permission set.
    SecondSet,
    /// Provisions a permission set after everything about it was edited.
    Edit,
    /// Takes the last assignment away, and with it the policies.
    LastGoes,
    /// Takes all assignments away at once.
    EverybodyGoes,
}

/// An account as it was.
struct Picture {
    place: Place,
    account: Account,
    items: Vec<Item>,
}

struct Ground {
    harness: Harness,
    /// A permission set with policies and a boundary of the customer's.
    rich: PermissionSetId,
}

const INLINE: &str = r#"{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;
const OLD: &str = r#"{"Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;
const NEW: &str = r#"{"Statement":[{"Effect":"Allow","Action":"s3:Put*","Resource":"*"}]}"#;

fn own(name: &str) -> CustomerManagedPolicy {
    CustomerManagedPolicy {
        name: name.to_owned(),
        path: "/team/".to_owned(),
    }
}

impl Ground {
    async fn new() -> Self {
        let harness = Harness::new().await;
        harness.make_policies(true).await;
        let rich = harness.world.create_permission_set("Rich").await.unwrap();
        let ground = Self {
            harness,
            rich: rich.id,
        };
        ground.edit(false).await;
        ground
    }

    /// Makes all of the rich permission set as it is at first, or all of it new.
    async fn edit(&self, new: bool) {
        let aws = |name: &str| (format!("arn:aws:iam::aws:policy/{name}"), name.to_owned());
        let edit = self.harness.revise_set(&self.rich, |set| {
            let content = &mut set.content;
            content.description = new.then(|| "New".to_owned());
            content.inline_policy = new.then(|| INLINE.to_owned());
            let managed = if new { "Two" } else { "One" };
            content.managed_policies = [aws(managed)].into();
            content.customer_managed_policies = vec![own("Deploy")];
            content.permissions_boundary = Some(if new {
                PermissionsBoundary::AwsManaged(aws("Boundary").0)
            } else {
                PermissionsBoundary::CustomerManaged(own("Bound"))
            });
            let document = if new { NEW } else { OLD };
            content.policy_documents = ["/team/Deploy", "/team/Bound"]
                .map(|name| (name.to_owned(), document.to_owned()))
                .into();
        });
        edit.await;
    }

    /// An account with things in it that look like Vestibule's and are not.
    async fn account(&self, number: usize) -> Place {
        let place = self.harness.new_place(number).await;
        let account = place.account.as_str();
        self.harness.aws.add_policy(account, "/team/Deploy2");
        self.harness.aws.with(|state| {
            let now = state.accounts[account].roles["OrganizationAccountAccessRole"].created;
            let account = state.accounts.get_mut(account).unwrap();
            let role = account.roles["OrganizationAccountAccessRole"].clone();
            for (name, path) in [
                ("VestibuleSSO_ReadOnly_ffffffffffffffff", "/vestibule/"),
                ("VestibuleSSO_Rich_ffffffffffffffff", "/"),
                ("VestibuleAuditRole", "/vestibule/"),
            ] {
                let mut foreign = role.clone();
                path.clone_into(&mut foreign.path);
                foreign.attached.insert(format!(
                    "arn:aws:iam::{}:policy/team/Deploy2",
                    place.account
                ));
                account.roles.insert(name.to_owned(), foreign);
            }
            let arn = format!(
                "arn:aws:iam::{}:saml-provider/Vestibule_ffffffffffffffff",
                place.account
            );
            let provider = Provider {
                metadata: "foreign".to_owned(),
                tags: BTreeMap::new(),
                created: now,
                visible: now,
            };
            account.providers.insert(arn, provider);
        });
        place
    }

    /// The place that a scenario is about, as it is before anything is asked for.
    async fn prepare(&self, scenario: Scenario) -> Place {
        let harness = &self.harness;
        let plain = self.account(0).await;
        let rich = Place {
            permission_set: self.rich.clone(),
            ..plain.clone()
        };
        match scenario {
            Scenario::FirstAssignment => rich,
            Scenario::SecondSet => {
                self.assign(&rich, &harness.group()).await;
                plain
            }
            Scenario::Edit => {
                self.assign(&rich, &harness.group()).await;
                self.fill_versions(&rich);
                self.edit(true).await;
                rich
            }
            Scenario::LastGoes => {
                self.assign(&rich, &harness.group()).await;
                rich
            }
            Scenario::EverybodyGoes => {
                harness.assign(&harness.user(), &plain).await;
                self.assign(&plain, &harness.group()).await;
                plain
            }
        }
    }

    /// The account of `place` and all that the tables say of it.
    async fn photograph(&self, place: &Place) -> Picture {
        let account = place.account.as_str();
        let table = self.harness.world.table("AccessTable").unwrap();
        let mut items = Vec::new();
        let principals = [self.harness.group(), self.harness.user()].map(|one| one.key());
        let sets = [&self.rich, &self.harness.sample.permission_set.id];
        let accounts = format!("ACCOUNT#{account}");
        for pk in principals.iter().chain([&accounts]) {
            let prefix = if pk == &accounts { "" } else { &accounts };
            items.extend(table.partition(pk, prefix).await.unwrap());
        }
        for set in sets {
            let (by_set, by_place) = (
                format!("PERMISSIONSET#{set}"),
                format!("PROVISIONED#{account}#{set}"),
            );
            items.extend(table.partition(&by_set, &accounts).await.unwrap());
            items.extend(table.partition(&by_place, "").await.unwrap());
        }
        Picture {
            place: place.clone(),
            account: self
                .harness
                .aws
                .with(|state| state.accounts[account].clone()),
            items,
        }
    }

    /// Another account as in the picture.
    async fn restore(&self, picture: &Picture, number: usize) -> Place {
        let before = picture.place.account.as_str();
        let after = format!("30000000{number:04}");
        let rename = |text: &str| text.replace(before, &after);
        let table = self.harness.world.table("AccessTable").unwrap();
        for item in &picture.items {
            let mut item = item.clone();
            for value in item.values_mut() {
                if let AttributeValue::S(text) = value {
                    *text = rename(text);
                }
            }
            table.put(item).await.unwrap();
        }
        let account = picture.account.renamed(rename);
        let add = |state: &mut State| state.accounts.insert(after.clone(), account);
        self.harness.aws.with(add);
        Place {
            account: AccountId::parse(&after).unwrap(),
            ..picture.place.clone()
        }
    }

    async fn assign(&self, place: &Place, principal: &Principal) {
        self.harness.assign(principal, place).await;
        self.harness.run_through().await;
    }

    fn fill_versions(&self, place: &Place) {
        let arn = format!("arn:aws:iam::{}:policy/team/Deploy", place.account);
        self.harness.aws.with(|state| {
            let account = state.accounts.get_mut(place.account.as_str()).unwrap();
            let policy = account.policies.get_mut(&arn).unwrap();
            policy.versions = (1..=5).map(|number| (number, OLD.to_owned())).collect();
            policy.default = 5;
        });
    }

    /// What the administrator asks for, as far as it is not so already.
    async fn ask(&self, scenario: Scenario, place: &Place) -> Vec<RequestId> {
        let harness = &self.harness;
        match scenario {
            Scenario::FirstAssignment | Scenario::SecondSet => {
                vec![harness.assign(&harness.group(), place).await]
            }
            Scenario::Edit => {
                vec![harness.provision(Task::Provision(place.clone())).await]
            }
            Scenario::LastGoes | Scenario::EverybodyGoes => {
                let mut requests = Vec::new();
                for principal in [harness.group(), harness.user()] {
                    if harness.assignment(&principal, place).await.is_some() {
                        requests.push(harness.unassign(&principal, place).await);
                    }
                }
                requests
            }
        }
    }

    /// Lets time go by and the schedule come until nothing is left to do.
    async fn finish(&self) {
        self.harness.points.begin(None);
        self.harness.finish().await;
    }

    /// Whether one of the requests has failed; none is under way.
    async fn has_failed(&self, requests: &[RequestId]) -> bool {
        let mut failed = false;
        for request in requests {
            let status = self.harness.status(request).await;
            assert_ne!(status, RequestStatus::InProgress);
            failed |= status == RequestStatus::Failed;
        }
        failed
    }

    /// All that is known of a place and its account, without what differs from account to account.
    async fn outcome(&self, place: &Place) -> String {
        let account = place.account.as_str();
        let harness = &self.harness;
        let found = harness.aws.with(|state| state.accounts[account].clone());
        let provisioned = harness.provisioned(place).await;
        let provisioned = provisioned.map(|record| (record.fingerprint.is_some(), record.policies));
        let assignments = harness.world.access.assignments_at(place).await.unwrap();
        let assignments: Vec<_> = assignments
            .into_iter()
            .map(|assignment| (assignment.principal, assignment.state))
            .collect();
        let outcome = format!(
            "{:#?}\n{provisioned:?}\n{assignments:?}",
            without_time(found)
        );
        outcome.replace(account, "ACCOUNT")
    }

    /// Does it once undisturbed, and then with every trouble at every point.
    async fn hold(&self, scenario: Scenario) {
        let place = self.prepare(scenario).await;
        let picture = self.photograph(&place).await;
        self.harness.points.begin(None);
        let requests = self.ask(scenario, &place).await;
        self.harness.run_through().await;
        let points = self.harness.points.names();
        assert!(!self.has_failed(&requests).await);
        let expected = self.outcome(&place).await;
        println!(
            "{scenario:?}: {} points: {}",
            points.len(),
            points.join(" ")
        );

        let points = points.iter().enumerate();
        let troubles = points.flat_map(|(point, name)| {
            let troubles = Trouble::at(name).iter();
            troubles.map(move |trouble| (point, name, *trouble))
        });
        for (number, (point, name, trouble)) in troubles.enumerate() {
            let place = self.restore(&picture, number + 1).await;
            let requests = self.ask(scenario, &place).await;
            self.harness.points.begin(Some((point, trouble)));
            self.harness.run_or_die().await;
            self.finish().await;
            let at = format!("{scenario:?}, {trouble:?} at {name} ({point})");
            if self.has_failed(&requests).await {
                assert_eq!(trouble, Trouble::Denied, "{at}");
                self.ask(scenario, &place).await;
                self.harness.run_through().await;
            }
            let outcome = self.outcome(&place).await;
            assert_eq!(differing(&outcome, &expected), Vec::new(), "{at}");
        }
    }
}

/// The lines in which two outcomes differ.
fn differing<'a>(outcome: &'a str, expected: &'a str) -> Vec<(&'a str, &'a str)> {
    let lines = outcome.lines().zip(expected.lines());
    let mut differing: Vec<_> = lines.filter(|(one, other)| one != other).collect();
    if outcome.lines().count() != expected.lines().count() {
        differing.push(("another number of lines", ""));
    }
    differing
}

/// The account with all times the same, and of policies only what counts.
fn without_time(mut account: Account) -> (Account, BTreeMap<String, ManagedPolicy>) {
    let never = Timestamp::UNIX_EPOCH;
    account.ghosts.clear();
    for role in account.roles.values_mut() {
        (role.created, role.visible) = (never, never);
        // The digest of a text that names the account.
        role.tags.remove("vestibule:policy");
    }
    for provider in account.providers.values_mut() {
        (provider.created, provider.visible) = (never, never);
    }
    let mut policies = std::mem::take(&mut account.policies);
    for policy in policies.values_mut() {
        assert!(policy.versions.len() <= 5);
        *policy = ManagedPolicy::new(policy.document(), policy.tags.clone(), never);
    }
    (account, policies)
}

#[tokio::test]
async fn a_first_assignment_is_made_whatever_happens() {
    Ground::new().await.hold(Scenario::FirstAssignment).await;
}

#[tokio::test]
async fn a_second_permission_set_is_made_whatever_happens() {
    Ground::new().await.hold(Scenario::SecondSet).await;
}

#[tokio::test]
async fn an_edit_arrives_whatever_happens() {
    Ground::new().await.hold(Scenario::Edit).await;
}

#[tokio::test]
async fn a_role_and_its_policies_go_whatever_happens() {
    Ground::new().await.hold(Scenario::LastGoes).await;
}

#[tokio::test]
async fn everything_goes_whatever_happens() {
    Ground::new().await.hold(Scenario::EverybodyGoes).await;
}
