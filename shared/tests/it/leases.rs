//! Leases: one holder at a time, and no result from a holder whose time is over.

use jiff::SignedDuration;
use vestibule_shared::ids::Principal;
use vestibule_shared::store::Error;
use vestibule_shared::store::access::{Lease, Place, Provisioned, RequestStatus};
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[tokio::test]
async fn of_fifty_who_want_a_lease_one_gets_it_until_it_expires_or_is_given_back() {
    on_each_engine("lease", async |world: World| {
        let sample = world.populate().await.unwrap();
        let account = &sample.accounts[1].id;
        let now = world.clock.now();
        let attempts = (0..50).map(|_| world.access.take_lease(account, now, MINUTE));
        let taken = futures_util::future::try_join_all(attempts).await.unwrap();
        let mut taken: Vec<_> = taken.into_iter().flatten().collect();
        assert_eq!(taken.len(), 1);
        world.advance(MINUTE);
        let later = world.clock.now();
        let second = world
            .access
            .take_lease(account, later, MINUTE)
            .await
            .unwrap()
            .unwrap();
        let first = taken.remove(0);
        assert!(second.fence > first.fence);
        world.access.release_lease(&first).await.unwrap();
        assert!(
            world
                .access
                .take_lease(account, later, MINUTE)
                .await
                .unwrap()
                .is_none()
        );
        world.access.release_lease(&second).await.unwrap();
        assert!(
            world
                .access
                .take_lease(account, later, MINUTE)
                .await
                .unwrap()
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn a_reconciler_whose_lease_has_passed_on_writes_no_result() {
    on_each_engine("fence", async |world: World| {
        let sample = world.populate().await.unwrap();
        let place = Place {
            account: sample.accounts[1].id.clone(),
            permission_set: sample.permission_set.id.clone(),
        };
        let principal = Principal::User(sample.user.id.clone());
        let (assignment, work) = world.request_assignment(&principal, &place).await.unwrap();
        let now = world.clock.now();
        let old = world
            .access
            .take_lease(&place.account, now, MINUTE)
            .await
            .unwrap()
            .unwrap();
        world.advance(MINUTE);
        let now = world.clock.now();
        let new = world
            .access
            .take_lease(&place.account, now, MINUTE)
            .await
            .unwrap()
            .unwrap();
        let access = &world.access;
        let late = access.activate_assignment((&old, &work), &assignment).await;
        assert!(matches!(late, Err(Error::Conflict(_))));
        access
            .activate_assignment((&new, &work), &assignment)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_place_that_is_wanted_again_is_not_forgotten() {
    on_each_engine("forget", async |world: World| {
        let sample = world.populate().await.unwrap();
        let now = world.clock.now();
        let account = &sample.place.account;
        let lease = world
            .access
            .take_lease(account, now, MINUTE)
            .await
            .unwrap()
            .unwrap();
        let seen = world
            .access
            .find_provisioned(&sample.place)
            .await
            .unwrap()
            .unwrap();
        let principal = Principal::User(sample.user.id.clone());
        world
            .request_assignment(&principal, &sample.place)
            .await
            .unwrap();
        let forgotten = world.access.forget_provisioned(&lease, &seen).await;
        assert!(matches!(forgotten, Err(Error::Conflict(_))));
        let again = world
            .access
            .find_provisioned(&sample.place)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(again.revision, seen.revision);
        world
            .access
            .forget_provisioned(&lease, &again)
            .await
            .unwrap();
        assert!(
            world
                .access
                .find_provisioned(&sample.place)
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_is_renewed_lasts_and_one_that_has_passed_on_is_not_renewed() {
    on_each_engine("renewal", async |world: World| {
        let sample = world.populate().await.unwrap();
        let account = &sample.accounts[1].id;
        let access = &world.access;
        let take = || access.take_lease(account, world.clock.now(), MINUTE);
        let lease = take().await.unwrap().unwrap();
        world.advance(SignedDuration::from_secs(50));
        access
            .renew_lease(&lease, world.clock.now(), MINUTE)
            .await
            .unwrap();
        world.advance(SignedDuration::from_secs(50));
        assert_eq!(take().await.unwrap(), None);
        world.advance(SignedDuration::from_secs(10));
        let other = take().await.unwrap().unwrap();
        let late = access.renew_lease(&lease, world.clock.now(), MINUTE).await;
        assert!(matches!(late, Err(Error::Conflict(Lease::KIND))));
        access
            .renew_lease(&other, world.clock.now(), MINUTE)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_creation_that_fails_goes_whole_or_not_at_all() {
    on_each_engine("failure", async |world: World| {
        let sample = world.populate().await.unwrap();
        let place = Place {
            account: sample.accounts[1].id.clone(),
            permission_set: sample.permission_set.id.clone(),
        };
        let access = &world.access;
        let user = Principal::User(sample.user.id.clone());
        let group = Principal::Group(sample.group.id.clone());
        let (assignment, work) = world.request_assignment(&user, &place).await.unwrap();
        let lease = access
            .take_lease(&place.account, world.clock.now(), MINUTE)
            .await;
        let lease = lease.unwrap().unwrap();
        let seen = access.find_provisioned(&place).await.unwrap().unwrap();
        world.request_assignment(&group, &place).await.unwrap();

        let fail = |forget| access.fail_assignment((&lease, &work), &assignment, "why", forget);
        let wanted_again = fail(Some(&seen)).await;
        assert!(matches!(
            wanted_again,
            Err(Error::Conflict(Provisioned::KIND))
        ));
        let request = access.find_request(&work.request).await.unwrap().unwrap();
        assert_eq!(request.status, RequestStatus::InProgress);
        assert!(
            access
                .find_assignment(&user, &place)
                .await
                .unwrap()
                .is_some()
        );

        fail(None).await.unwrap();
        let request = access.find_request(&work.request).await.unwrap().unwrap();
        assert_eq!(request.status, RequestStatus::Failed);
        assert_eq!(request.failure_reason.as_deref(), Some("why"));
        assert_eq!(access.find_assignment(&user, &place).await.unwrap(), None);
        let (pk, sk) = work.keys();
        assert_eq!(access.find_work(&pk, &sk).await.unwrap(), None);
        let left = access.assignments_at(&place).await.unwrap();
        assert_eq!(left.len(), 1);
        fail(None).await.unwrap_err();
    })
    .await;
}
