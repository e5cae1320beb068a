//! Administrators and reconcilers at the same time, in orders drawn from a seed: whoever asks for what, and whoever dies over
//! it, in the end every account has the roles that the tables want.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use jiff::SignedDuration;
use vestibule_provision::{Context, Pause, handle};
use vestibule_shared::arn;
use vestibule_shared::ids::{Principal, RequestId};
use vestibule_shared::store::Error;
use vestibule_shared::store::access::{
    Assignment, AssignmentChange, AssignmentState, PermissionSet, Place, Request, RequestKind,
    RequestStatus, Task, Work,
};

use crate::fake_aws::Fault;
use crate::harness::Harness;
use crate::steps;

const SEEDS: u64 = 10;

/// Numbers that look random (Marsaglia's xorshift64).
#[derive(Clone)]
struct Dice(Rc<Cell<u64>>);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(Rc::new(Cell::new(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        )))
    }

    fn below(&self, limit: usize) -> usize {
        let mut state = self.0.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.0.set(state);
        usize::try_from(state >> 16).unwrap() % limit
    }

    fn one_of<'a, T>(&self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

type Actor<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Lets the actors act, one step at a time, until all are done. Whoever has begun a step ends it before the next one is drawn.
async fn interleave(dice: &Dice, mut actors: Vec<Actor<'_>>) {
    let mut drawn = None;
    std::future::poll_fn(|context| {
        loop {
            if actors.is_empty() {
                return Poll::Ready(());
            }
            let actor = *drawn.get_or_insert_with(|| dice.below(actors.len()));
            steps::begin_step();
            if actors[actor].as_mut().poll(context).is_ready() {
                drop(actors.swap_remove(actor));
                drawn = None;
            } else if steps::has_stepped() {
                drawn = None;
                context.waker().wake_by_ref();
                return Poll::Pending;
            } else {
                return Poll::Pending;
            }
        }
    })
    .await;
}

struct Play<'a> {
    harness: &'a Harness,
    context: Context,
    dice: Dice,
    places: Vec<Place>,
    sets: Vec<PermissionSet>,
    principals: Vec<Principal>,
}

impl<'a> Play<'a> {
    async fn new(harness: &'a Harness, seed: u64) -> Self {
        let mut sets = vec![harness.sample.permission_set.clone()];
        sets.push(harness.world.create_permission_set("Admin").await.unwrap());
        let mut places = Vec::new();
        for number in 0..2 {
            let place = harness.new_place(number).await;
            places.extend(sets.iter().map(|set| Place {
                permission_set: set.id.clone(),
                ..place.clone()
            }));
        }
        let principals = vec![harness.group(), harness.user(), harness.somebody().await];
        let passing = harness.world.clone();
        let context = Context {
            // A second at a time, so that nobody loses a lease in the middle of a call, as nobody would who is alive.
            pause: Pause::new(move |_| {
                passing.advance(SignedDuration::from_secs(1));
                std::future::ready(())
            }),
            ..harness.context.clone()
        };
        Self {
            harness,
            context,
            dice: Dice::new(seed),
            places,
            sets,
            principals,
        }
    }

    /// All of it at one place and about two principals, so that the last one often goes while the place is made.
    fn crowded(mut self) -> Self {
        self.places.truncate(1);
        self.sets.truncate(1);
        self.principals.truncate(2);
        self
    }

    async fn administrate(&self) {
        for _ in 0..6 {
            let place = self.dice.one_of(&self.places);
            match self.dice.below(10) {
                0..4 => self.assign(place).await,
                4..7 => self.unassign(place).await,
                7 => self.provision(Task::Provision(place.clone())).await,
                8 => self.provision(Task::Repair(place.clone())).await,
                _ => {
                    let set = self.dice.one_of(&self.sets).id.clone();
                    let description = format!("Number {}", self.dice.below(1000));
                    self.revise(&set, description).await;
                    let task = Task::Expand {
                        permission_set: set,
                    };
                    self.provision(task).await;
                }
            }
        }
    }

    fn request(&self, kind: RequestKind, place: &Place) -> Request {
        Request {
            id: RequestId::generate(&self.context.random),
            kind,
            status: RequestStatus::InProgress,
            permission_set: place.permission_set.clone(),
            account: Some(place.account.clone()),
            principal: None,
            failure_reason: None,
            total: Some(1),
            succeeded: 0,
            failed: 0,
            created_at: self.context.clock.now(),
        }
    }

    fn work(&self, request: &Request, task: Task) -> Work {
        Work {
            request: request.id.clone(),
            task,
            created_at: self.context.clock.now(),
        }
    }

    /// As `CreateAccountAssignment`, once more if somebody else was faster.
    async fn assign(&self, place: &Place) {
        let principal = self.dice.one_of(&self.principals);
        for _ in 0..5 {
            let access = &self.context.access;
            let before = access.find_assignment(principal, place).await.unwrap();
            let request = self.request(RequestKind::Create, place);
            let standing = before
                .as_ref()
                .filter(|before| before.state != AssignmentState::Deleting);
            let after = Assignment {
                principal: principal.clone(),
                place: place.clone(),
                state: standing.map_or(AssignmentState::Pending, |standing| standing.state),
                sources: BTreeSet::from(["direct".to_owned()]),
                request: request.id.clone(),
                created_at: request.created_at,
            };
            let work = self.work(&request, Task::Assign(place.clone()));
            let change = AssignmentChange {
                before: before.as_ref(),
                after: &after,
                request: &request,
                work: &work,
            };
            let record = self.harness.world.record();
            let standing = self.harness.world.directory.check_principal(principal);
            let asked = access.request_assignment(
                change,
                standing.unwrap(),
                self.harness.world.recorded(&record),
            );
            if is_done(asked.await) {
                return;
            }
        }
    }

    /// As `DeleteAccountAssignment`.
    async fn unassign(&self, place: &Place) {
        let principal = self.dice.one_of(&self.principals);
        for _ in 0..5 {
            let access = &self.context.access;
            let Some(before) = access.find_assignment(principal, place).await.unwrap() else {
                return;
            };
            let request = self.request(RequestKind::Delete, place);
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
            let record = self.harness.world.record();
            let recorded = self.harness.world.recorded(&record);
            if is_done(access.request_removal(change, recorded).await) {
                return;
            }
        }
    }

    /// As `ProvisionPermissionSet`.
    async fn provision(&self, task: Task) {
        let place = task.place().unwrap_or(&self.places[0]).clone();
        let mut request = self.request(RequestKind::Provision, &place);
        if matches!(task, Task::Expand { .. }) {
            (request.account, request.total) = (None, None);
        }
        let work = self.work(&request, task);
        let record = self.harness.world.record();
        let recorded = self.harness.world.recorded(&record);
        let asked = self
            .context
            .access
            .create_request(&request, &work, recorded);
        asked.await.unwrap();
    }

    /// As `UpdatePermissionSet`.
    async fn revise(&self, id: &vestibule_shared::ids::PermissionSetId, description: String) {
        let access = &self.context.access;
        let before = access.find_permission_set(id).await.unwrap().unwrap();
        let mut after = before.clone();
        after.content.description = Some(description);
        after.revision += 1;
        let record = self.harness.world.record();
        let recorded = self.harness.world.recorded(&record);
        is_done(
            access
                .revise_permission_set((&before, &after), recorded)
                .await,
        );
    }

    /// Does all the work there is, again and again, and dies now and then.
    async fn reconcile(&self) {
        for _ in 0..6 {
            let event = self.harness.event().await;
            let life = match self.dice.below(3) {
                0 => self.dice.below(60),
                _ => usize::MAX,
            };
            let mut work = Box::pin(handle(&self.context, event));
            let mut lived = 0;
            std::future::poll_fn(|context| {
                if lived == life {
                    return Poll::Ready(());
                }
                lived += 1;
                work.as_mut().poll(context).map(drop)
            })
            .await;
        }
    }

    /// What the tables say and what the accounts have is the same.
    async fn check(&self, seed: u64) {
        let access = &self.harness.world.access;
        for place in &self.places {
            let at = format!("seed {seed}, {place:?}");
            let assignments = access.assignments_at(place).await.unwrap();
            let states: Vec<_> = assignments.iter().map(|found| found.state).collect();
            assert!(
                states.iter().all(|state| *state == AssignmentState::Active),
                "{at}: {states:?}"
            );
            let set = access.find_permission_set(&place.permission_set).await;
            let set = set.unwrap().unwrap();
            let name = arn::role_name(&set.name, &set.id);
            let role = self.harness.aws.find_role(place.account.as_str(), &name);
            let provisioned = access.find_provisioned(place).await.unwrap();
            let wanted = !states.is_empty();
            let fingerprint = provisioned
                .as_ref()
                .map(|record| record.fingerprint.is_some());
            let (found, recorded) = (role.is_some(), fingerprint);
            let expected = (wanted, wanted.then_some(true));
            assert_eq!((found, recorded), expected, "{at}: {provisioned:?}");
            let Some((role, provisioned)) = role.zip(provisioned) else {
                continue;
            };
            let revision = provisioned.revision.unwrap();
            let content = access
                .find_revision(&set.id, revision)
                .await
                .unwrap()
                .unwrap();
            let policies: BTreeSet<_> = content.managed_policies.into_keys().collect();
            assert_eq!(role.attached, policies, "{at}");
            assert_eq!(
                role.description,
                content.description.unwrap_or_default(),
                "{at}"
            );
        }
    }

    /// No request is under way any more, and none has failed.
    async fn check_requests(&self, seed: u64) {
        let access = &self.harness.world.access;
        for kind in [
            RequestKind::Create,
            RequestKind::Delete,
            RequestKind::Provision,
        ] {
            let page = access.list_requests(kind, 1000, None).await.unwrap();
            for request in page.items {
                let id = &request.id;
                // The sample's own were never worked on.
                assert_eq!(
                    request.status,
                    RequestStatus::Succeeded,
                    "seed {seed}, {id}: {request:?}"
                );
                let found = access.find_request(id).await.unwrap().unwrap();
                assert_eq!(found, request, "seed {seed}");
            }
        }
    }
}

/// Whether it was done, or somebody else was faster.
fn is_done(outcome: Result<(), Error>) -> bool {
    match outcome {
        Ok(()) => true,
        Err(Error::Conflict(_)) => false,
        Err(error) => panic!("{error:?}"),
    }
}

async fn play(seed: u64, crowded: bool) {
    let harness = Harness::new().await;
    let mut play = Play::new(&harness, seed).await;
    if crowded {
        play = play.crowded();
    }
    for _ in 0..8 {
        let fault = *play
            .dice
            .one_of(&[Fault::Throttled, Fault::Unavailable, Fault::AnswerLost]);
        harness.aws.fail_call(play.dice.below(150), fault);
    }
    let actors: Vec<Actor<'_>> = vec![
        Box::pin(play.administrate()),
        Box::pin(play.administrate()),
        Box::pin(play.administrate()),
        Box::pin(play.reconcile()),
        Box::pin(play.reconcile()),
        Box::pin(play.reconcile()),
    ];
    interleave(&play.dice, actors).await;
    harness.aws.heal();
    for _ in 0..5 {
        harness.world.advance(SignedDuration::from_secs(120));
        harness.sweep().await;
    }
    assert_eq!(harness.works().await, [], "seed {seed}");
    play.check(seed).await;
    play.check_requests(seed).await;
}

#[tokio::test]
async fn in_every_order_the_accounts_end_as_the_tables_want_them() {
    for seed in 1..=SEEDS {
        play(seed, false).await;
    }
}

#[tokio::test]
async fn in_every_order_one_place_ends_as_the_tables_want_it() {
    for seed in 1..=2 * SEEDS {
        play(seed, true).await;
    }
}
