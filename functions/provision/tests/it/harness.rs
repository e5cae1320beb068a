//! The sample organization with AWS behind it: asks for what administrators ask for, and lets the function work.

use std::pin::pin;
use std::task::Poll;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_provision::{Aws, BatchItemFailures, Context, Event, Pause, handle};
use vestibule_shared::arn;
use vestibule_shared::ids::{AccountId, PermissionSetId, Principal, RequestId};
use vestibule_shared::store::Table;
use vestibule_shared::store::access::{
    Access, Account, AccountStatus, Assignment, AssignmentChange, AssignmentState, PermissionSet,
    Place, Provisioned, Request, RequestKind, RequestStatus, Task, Work,
};
use vestibule_shared::store::audit::{Audit, Record};
use vestibule_shared::store::keys::{Certificate, Keys};
use vestibule_tables::Template;
use vestibule_tables::fixture::{Sample, World};

use crate::fake_aws::{FakeAws, Role};
use crate::steps::{self, Points, Trouble};

pub(crate) const DEV: &str = "111111111111";
pub(crate) const PROD: &str = "222222222222";

pub(crate) struct Harness {
    pub(crate) world: World,
    pub(crate) sample: Sample,
    pub(crate) aws: FakeAws,
    pub(crate) points: Points,
    pub(crate) context: Context,
}

impl Harness {
    /// The sample organization, whose second account nobody may enter yet.
    pub(crate) async fn new() -> Self {
        let (world, sample) = World::with_sample().await.unwrap();
        let certificate = Certificate {
            der_base64: format!("MIIC{}", "A".repeat(1200)),
            not_after: Timestamp::from_second(2_000_000_000).unwrap(),
        };
        let record = world.record();
        let recorded = world.recorded(&record);
        world
            .keys
            .create_certificate(&certificate, recorded)
            .await
            .unwrap();
        let points = Points::default();
        let aws = FakeAws::new(world.clock.clone(), points.clone(), &[DEV, PROD]);
        let passing = world.clone();
        let context = Context {
            access: Access::new(table(&world, "AccessTable", &points)),
            keys: Keys::new(table(&world, "KeysTable", &points)),
            audit: Audit::new(
                table(&world, "AuditTable", &points),
                sample.instance.region.clone(),
                sample.instance.management_account.clone(),
                400,
            ),
            aws: Aws::new(&aws.config()),
            manage_management_account: false,
            clock: world.clock.clone(),
            random: world.random.clone(),
            // Whoever waits sees time go by; whole seconds, so that it does.
            pause: Pause::new(move |pause| {
                let whole = pause.as_secs() + 1;
                passing.advance(SignedDuration::from_secs(i64::try_from(whole).unwrap()));
                std::future::ready(())
            }),
        };
        Self {
            world,
            sample,
            aws,
            points,
            context,
        }
    }

    /// The sample's permission set in one more account, which has nothing yet; accounts are numbered.
    pub(crate) async fn new_place(&self, number: usize) -> Place {
        let account = Account {
            id: AccountId::parse(&format!("30000000{number:04}")).unwrap(),
            name: format!("account {number}"),
            email: "account@example.com".to_owned(),
            status: AccountStatus::Active,
        };
        self.world.put_account(&account).await.unwrap();
        self.aws.add_account(account.id.as_str());
        Place {
            account: account.id,
            permission_set: self.sample.permission_set.id.clone(),
        }
    }

    /// The sample's permission set in the account that has nothing yet.
    pub(crate) fn place(&self) -> Place {
        self.place_of(&self.sample.permission_set)
    }

    pub(crate) fn place_of(&self, set: &PermissionSet) -> Place {
        Place {
            account: self.sample.accounts[1].id.clone(),
            permission_set: set.id.clone(),
        }
    }

    pub(crate) fn group(&self) -> Principal {
        Principal::Group(self.sample.group.id.clone())
    }

    pub(crate) fn user(&self) -> Principal {
        Principal::User(self.sample.user.id.clone())
    }

    /// One more user.
    pub(crate) async fn somebody(&self) -> Principal {
        let store = &self.sample.instance.identity_store;
        let name = self.world.random.uuid().to_string();
        let user = self.world.create_user(store, &name).await.unwrap();
        Principal::User(user.id)
    }

    pub(crate) fn role_name(&self) -> String {
        let set = &self.sample.permission_set;
        arn::role_name(&set.name, &set.id)
    }

    pub(crate) fn role(&self) -> Role {
        self.aws.role(PROD, &self.role_name())
    }

    pub(crate) fn find_role(&self) -> Option<Role> {
        self.aws.find_role(PROD, &self.role_name())
    }

    /// As `CreateAccountAssignment`.
    pub(crate) async fn assign(&self, principal: &Principal, place: &Place) -> RequestId {
        let (assignment, _) = self
            .world
            .request_assignment(principal, place)
            .await
            .unwrap();
        assignment.request
    }

    /// As `DeleteAccountAssignment`.
    pub(crate) async fn unassign(&self, principal: &Principal, place: &Place) -> RequestId {
        let before = self
            .assignment(principal, place)
            .await
            .expect("it is assigned");
        let request = self.request(RequestKind::Delete, place, Some(principal));
        let after = Assignment {
            state: AssignmentState::Deleting,
            request: request.id.clone(),
            ..before.clone()
        };
        let work = self.work(&request, Task::Tidy(place.clone()));
        let change = AssignmentChange {
            before: Some(&before),
            after: &after,
            request: &request,
            work: &work,
        };
        let record = self.world.record();
        let recorded = self.world.recorded(&record);
        self.world
            .access
            .request_removal(change, recorded)
            .await
            .unwrap();
        request.id
    }

    /// As `ProvisionPermissionSet`, for one account or for all.
    pub(crate) async fn provision(&self, task: Task) -> RequestId {
        let place = task.place().cloned().unwrap_or_else(|| self.place());
        let mut request = self.request(RequestKind::Provision, &place, None);
        if matches!(task, Task::Expand { .. }) {
            request.account = None;
            request.total = None;
        }
        let work = self.work(&request, task);
        let record = self.world.record();
        let recorded = self.world.recorded(&record);
        self.world
            .access
            .create_request(&request, &work, recorded)
            .await
            .unwrap();
        request.id
    }

    /// As `UpdatePermissionSet` and its kin: a new revision.
    pub(crate) async fn revise(&self, change: impl FnOnce(&mut PermissionSet)) -> PermissionSet {
        self.revise_set(&self.sample.permission_set.id, change)
            .await
    }

    /// The same of any permission set.
    pub(crate) async fn revise_set(
        &self,
        id: &PermissionSetId,
        change: impl FnOnce(&mut PermissionSet),
    ) -> PermissionSet {
        let before = self
            .world
            .access
            .find_permission_set(id)
            .await
            .unwrap()
            .unwrap();
        let mut after = before.clone();
        change(&mut after);
        after.revision += 1;
        let record = self.world.record();
        let recorded = self.world.recorded(&record);
        let revised = self
            .world
            .access
            .revise_permission_set((&before, &after), recorded);
        revised.await.unwrap();
        after
    }

    /// Lets customer managed policies be made from documents, or not.
    pub(crate) async fn make_policies(&self, create_customer_managed_policies: bool) {
        let access = &self.world.access;
        let before = access.find_instance().await.unwrap().unwrap();
        let mut after = before.clone();
        after.create_customer_managed_policies = create_customer_managed_policies;
        after.revision += 1;
        let record = self.world.record();
        let recorded = self.world.recorded(&record);
        access
            .replace_instance((&before, &after), recorded)
            .await
            .unwrap();
    }

    fn request(&self, kind: RequestKind, place: &Place, principal: Option<&Principal>) -> Request {
        Request {
            id: RequestId::generate(&self.world.random),
            kind,
            status: RequestStatus::InProgress,
            permission_set: place.permission_set.clone(),
            account: Some(place.account.clone()),
            principal: principal.cloned(),
            failure_reason: None,
            total: Some(1),
            succeeded: 0,
            failed: 0,
            created_at: self.world.clock.now(),
        }
    }

    fn work(&self, request: &Request, task: Task) -> Work {
        Work {
            request: request.id.clone(),
            task,
            created_at: self.world.clock.now(),
        }
    }

    /// All work that is not done.
    pub(crate) async fn works(&self) -> Vec<Work> {
        self.world.access.list_work(1000, None).await.unwrap().items
    }

    /// The stream's event for all work that is not done.
    pub(crate) async fn event(&self) -> Event {
        let works = self.works().await;
        let records = works.iter().enumerate().map(|(index, work)| {
            let (pk, sk) = work.keys();
            json!({
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": { "pk": { "S": pk }, "sk": { "S": sk } },
                    "SequenceNumber": (1000 + index).to_string(),
                },
            })
        });
        let event = json!({ "Records": records.collect::<Vec<_>>() });
        serde_json::from_value(event).unwrap()
    }

    /// Hands the function all work that is not done.
    pub(crate) async fn run(&self) -> BatchItemFailures {
        handle(&self.context, self.event().await).await.unwrap()
    }

    /// The same, and all of it is done.
    pub(crate) async fn run_through(&self) {
        assert_eq!(self.run().await, BatchItemFailures::default());
        assert_eq!(self.works().await, []);
    }

    /// Hands the function all work that is not done, and after so many moments of it `meanwhile` happens. Answers whether it
    /// came to that before the work was done.
    pub(crate) async fn run_while(
        &self,
        moments: usize,
        meanwhile: impl Future<Output = ()>,
    ) -> bool {
        let mut work = pin!(handle(&self.context, self.event().await));
        let mut passed = 0;
        let done = std::future::poll_fn(|context| {
            while passed < moments {
                steps::begin_step();
                if work.as_mut().poll(context).is_ready() {
                    return Poll::Ready(true);
                }
                if !steps::has_stepped() {
                    return Poll::Pending;
                }
                passed += 1;
            }
            Poll::Ready(false)
        });
        let done = done.await;
        meanwhile.await;
        if !done {
            work.await.unwrap();
        }
        !done
    }

    /// Lets the schedule come.
    pub(crate) async fn sweep(&self) {
        let event = json!({ "detail-type": "Scheduled Event", "source": "aws.events" });
        let event = serde_json::from_value(event).unwrap();
        handle(&self.context, event).await.unwrap();
    }

    /// Hands the function all work that is not done, until it has done it or died of its trouble. Answers which.
    pub(crate) async fn run_or_die(&self) -> bool {
        let event = self.event().await;
        let mut work = pin!(handle(&self.context, event));
        std::future::poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if self.points.is_dead() => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// The same, and it dies after the point of this number, if it comes to it.
    pub(crate) async fn run_until_killed(&self, point: usize) -> bool {
        self.points.begin(Some((point, Trouble::Killed)));
        let done = self.run_or_die().await;
        self.points.begin(None);
        done
    }

    /// Runs until all is done, as the schedule would.
    pub(crate) async fn finish(&self) {
        for _ in 0..5 {
            // Until then the dead have their lease.
            self.world.advance(SignedDuration::from_secs(120));
            if self.works().await.is_empty() {
                return;
            }
            self.sweep().await;
        }
        panic!("work was left");
    }

    pub(crate) async fn assignment(
        &self,
        principal: &Principal,
        place: &Place,
    ) -> Option<Assignment> {
        self.world
            .access
            .find_assignment(principal, place)
            .await
            .unwrap()
    }

    pub(crate) async fn state(
        &self,
        principal: &Principal,
        place: &Place,
    ) -> Option<AssignmentState> {
        self.assignment(principal, place)
            .await
            .map(|assignment| assignment.state)
    }

    pub(crate) async fn provisioned(&self, place: &Place) -> Option<Provisioned> {
        self.world.access.find_provisioned(place).await.unwrap()
    }

    pub(crate) async fn status(&self, request: &RequestId) -> RequestStatus {
        self.found(request).await.status
    }

    /// The reason of a request that has failed.
    pub(crate) async fn reason(&self, request: &RequestId) -> String {
        let request = self.found(request).await;
        assert_eq!(request.status, RequestStatus::Failed);
        request.failure_reason.expect("a failure has a reason")
    }

    pub(crate) async fn found(&self, request: &RequestId) -> Request {
        self.world
            .access
            .find_request(request)
            .await
            .unwrap()
            .unwrap()
    }

    /// The function's audit records of the first day.
    pub(crate) async fn records(&self) -> Vec<Record> {
        let day = jiff::civil::date(2026, 1, 2);
        let mut records = Vec::new();
        for shard in 0..16 {
            let page = self.world.audit.list(day, shard, None).await.unwrap();
            records.extend(page.items);
        }
        records.retain(|record| record.user_identity["invokedBy"] == "provision");
        records.sort_by_key(|record| record.event_time);
        records
    }
}

/// A table as the function's role in the template may reach it, with a moment around each request.
fn table(world: &World, logical_id: &'static str, points: &Points) -> Table {
    let table = world.table(logical_id).unwrap();
    let function = Template::embedded().unwrap().function("provision").unwrap();
    match &world.engine {
        Some(engine) => {
            let client = engine.client_of(function, &world.names);
            steps::table(&Table::new(client, table.name()), points)
        }
        None => steps::table(&table, points),
    }
}
