//! Expansions: every account gets its work once, whoever else is at it and however often it is broken off.

use vestibule_shared::ids::{AccountId, RequestId};
use vestibule_shared::store::Error;
use vestibule_shared::store::access::{
    Expansion, PermissionSet, Place, Request, RequestKind, RequestStatus, Task, Work,
};
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

/// A request for every account that has `set`, whose expansion has not begun.
async fn begin(world: &World, set: &PermissionSet) -> Work {
    let now = world.clock.now();
    let request = Request {
        id: RequestId::generate(&world.random),
        kind: RequestKind::Provision,
        status: RequestStatus::InProgress,
        permission_set: set.id.clone(),
        account: None,
        principal: None,
        failure_reason: None,
        total: None,
        succeeded: 0,
        failed: 0,
        created_at: now,
    };
    let work = Work {
        request: request.id.clone(),
        task: Task::Expand {
            permission_set: set.id.clone(),
        },
        created_at: now,
    };
    let record = world.record();
    let recorded = world.recorded(&record);
    let created = world.access.create_request(&request, &work, recorded);
    created.await.unwrap();
    work
}

fn works(
    expand: &Work,
    set: &PermissionSet,
    numbers: std::ops::Range<usize>,
) -> Vec<(AccountId, Work)> {
    let accounts = numbers.map(|number| AccountId::parse(&format!("{number:012}")).unwrap());
    let work = |account: AccountId| {
        let place = Place {
            account: account.clone(),
            permission_set: set.id.clone(),
        };
        let work = Work {
            task: Task::Provision(place),
            ..expand.clone()
        };
        (account, work)
    };
    accounts.map(work).collect()
}

#[tokio::test]
async fn an_expansion_goes_on_where_it_stands_and_ends_with_its_last_account() {
    on_each_engine("expansion", async |world: World| {
        let sample = world.populate().await.unwrap();
        let set = &sample.permission_set;
        let access = &world.access;
        let expand = begin(&world, set).await;
        let mut expansion = access.find_expansion(&expand).await.unwrap().unwrap();
        assert_eq!(expansion, Expansion::default());
        for numbers in [0..5, 5..9] {
            let next = works(&expand, set, numbers);
            let moved = access.advance_expansion(&expand, &expansion, &next).await;
            expansion = moved.unwrap();
            let found = access.find_expansion(&expand).await.unwrap();
            assert_eq!(found.as_ref(), Some(&expansion));
        }
        let last = AccountId::parse("000000000008").unwrap();
        assert_eq!((expansion.to, expansion.count), (Some(last), 9));

        access
            .set_request_total(&expand.request, expansion.count)
            .await
            .unwrap();
        access.delete_work(&expand).await.unwrap();
        assert_eq!(access.find_expansion(&expand).await.unwrap(), None);
        for (done, (_, work)) in (0..).zip(works(&expand, set, 0..9)) {
            let request = access.find_request(&expand.request).await.unwrap().unwrap();
            assert_eq!(request.status, RequestStatus::InProgress);
            assert_eq!(request.succeeded + request.failed, done);
            let listed = access.list_requests(RequestKind::Provision, 10, None).await;
            assert_eq!(listed.unwrap().items, [request]);
            // Whoever ends a work twice counts it once.
            let failure = (done == 4).then_some("because");
            access.finish_work(&work, failure).await.unwrap();
            access.finish_work(&work, failure).await.unwrap();
        }
        let request = access.find_request(&expand.request).await.unwrap().unwrap();
        assert_eq!(request.status, RequestStatus::Failed);
        assert_eq!((request.succeeded, request.failed), (8, 1));
        assert_eq!(request.failure_reason.as_deref(), Some("because"));
        let listed = access.list_requests(RequestKind::Provision, 10, None).await;
        assert_eq!(listed.unwrap().items, [request]);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_move_an_expansion_one_does() {
    on_each_engine("expansion-twice", async |world: World| {
        let sample = world.populate().await.unwrap();
        let set = &sample.permission_set;
        let access = &world.access;
        let expand = begin(&world, set).await;
        let mut before = Expansion::default();
        for numbers in [0..2, 2..4] {
            let next = works(&expand, set, numbers);
            let after = access
                .advance_expansion(&expand, &before, &next)
                .await
                .unwrap();
            // The works of the first are done by now: nobody makes them again.
            for (_, work) in &next {
                access.finish_work(work, None).await.unwrap();
            }
            let late = access.advance_expansion(&expand, &before, &next).await;
            assert!(matches!(late, Err(Error::Conflict(_))));
            let left = access.list_work(10, None).await.unwrap().items;
            assert_eq!(left, std::slice::from_ref(&expand));
            before = after;
        }
        access.delete_work(&expand).await.unwrap();
        let gone = access
            .advance_expansion(&expand, &before, &works(&expand, set, 4..5))
            .await;
        assert!(matches!(gone, Err(Error::Conflict(_))));
    })
    .await;
}
