//! Who may enter which account.

use vestibule_shared::entry::{Refusal, account_of, accounts_of, authorize};
use vestibule_shared::ids::Principal;
use vestibule_shared::store::access::{AssignmentState, Place};
use vestibule_tables::fixture::World;

#[tokio::test]
async fn a_member_of_an_assigned_group_may_enter_and_sees_the_account() {
    let (world, sample) = World::with_sample().await.unwrap();
    let user = world
        .directory
        .find_user_with_groups(&sample.user.id)
        .await
        .unwrap()
        .unwrap();
    let stores = (&world.directory, &world.access);
    let entries = accounts_of(stores, &sample.instance, &user).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].account, sample.accounts[0]);
    assert_eq!(
        entries[0].roles,
        std::slice::from_ref(&sample.permission_set.name)
    );
    let [dev, prod] = &sample.accounts;
    let alone = account_of(stores, &sample.instance, &user, &dev.id);
    assert_eq!(alone.await.unwrap().as_ref(), entries.first());
    let elsewhere = account_of(stores, &sample.instance, &user, &prod.id);
    assert_eq!(elsewhere.await.unwrap(), None);
    let entry = authorize(
        stores,
        &sample.instance,
        &user,
        (&sample.place.account, &sample.permission_set.name),
    )
    .await
    .unwrap();
    assert!(
        entry
            .role_arn()
            .starts_with("arn:aws:iam::111111111111:role/vestibule/VestibuleSSO_ReadOnly_")
    );
}

#[tokio::test]
async fn a_pending_assignment_lets_nobody_in() {
    let (world, sample) = World::with_sample().await.unwrap();
    let place = Place {
        account: sample.accounts[1].id.clone(),
        permission_set: sample.permission_set.id.clone(),
    };
    let (assignment, _) = world
        .request_assignment(&Principal::User(sample.user.id.clone()), &place)
        .await
        .unwrap();
    assert_eq!(assignment.state, AssignmentState::Pending);
    let user = world
        .directory
        .find_user_with_groups(&sample.user.id)
        .await
        .unwrap()
        .unwrap();
    let stores = (&world.directory, &world.access);
    let refused = authorize(
        stores,
        &sample.instance,
        &user,
        (&place.account, &sample.permission_set.name),
    )
    .await;
    assert!(matches!(refused, Err(Refusal::NoAccess)));
    assert_eq!(
        accounts_of(stores, &sample.instance, &user)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn leaving_or_deleting_the_group_takes_access_away_at_once() {
    let (world, sample) = World::with_sample().await.unwrap();
    let record = world.record();
    world
        .directory
        .delete_group(&sample.group, world.clock.now(), world.recorded(&record))
        .await
        .unwrap();
    let user = world
        .directory
        .find_user_with_groups(&sample.user.id)
        .await
        .unwrap()
        .unwrap();
    let stores = (&world.directory, &world.access);
    assert!(
        accounts_of(stores, &sample.instance, &user)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn with_trusted_access_off_nobody_enters_anything() {
    let (world, mut sample) = World::with_sample().await.unwrap();
    sample.instance.trusted_access = false;
    let user = world
        .directory
        .find_user_with_groups(&sample.user.id)
        .await
        .unwrap()
        .unwrap();
    let stores = (&world.directory, &world.access);
    let refused = authorize(
        stores,
        &sample.instance,
        &user,
        (&sample.place.account, &sample.permission_set.name),
    )
    .await;
    assert!(matches!(refused, Err(Refusal::TrustedAccessOff)));
}
