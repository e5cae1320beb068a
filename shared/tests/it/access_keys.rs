//! Access keys and their register: nobody leaves an instance without an administrator, however many try at once.

use futures_util::future::join_all;
use vestibule_shared::store::Error;
use vestibule_shared::store::keys::{
    AccessKey, LAST_ADMINISTRATOR, LastAdministrator, Role, TOO_MANY_KEYS,
};
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

fn key(world: &World, number: u32, role: Role) -> AccessKey {
    AccessKey {
        id: format!("AKIA{number:016}"),
        role,
        description: None,
        sealed_secret: "sealed".to_owned(),
        active: true,
        created_by: "test".to_owned(),
        created_at: world.clock.now(),
    }
}

async fn create(world: &World, key: &AccessKey, most: Option<usize>) -> Result<(), Error> {
    let record = world.record();
    let recorded = world.recorded(&record);
    world.keys.create_access_key(key, most, recorded).await
}

async fn deactivate(world: &World, key: &AccessKey, last: LastAdministrator) -> Result<(), Error> {
    let record = world.record();
    let recorded = world.recorded(&record);
    world.keys.deactivate_access_key(key, last, recorded).await
}

async fn delete(world: &World, key: &AccessKey) -> Result<(), Error> {
    let record = world.record();
    world
        .keys
        .delete_access_key(key, world.recorded(&record))
        .await
}

#[tokio::test]
async fn of_administrators_that_are_ended_at_once_one_stays() {
    on_each_engine("lastkey", async |world: World| {
        let keys: Vec<_> = (0..6)
            .map(|number| key(&world, number, Role::Administrator))
            .collect();
        for key in &keys {
            create(&world, key, None).await.unwrap();
        }
        let ended = keys.iter().enumerate().map(async |(index, key)| {
            if index % 2 == 0 {
                deactivate(&world, key, LastAdministrator::Stays).await
            } else {
                delete(&world, key).await
            }
        });
        let ended = join_all(ended).await;
        let (ended, kept): (Vec<_>, Vec<_>) = ended.into_iter().partition(Result::is_ok);
        assert_eq!((ended.len(), kept.len()), (5, 1));
        assert!(matches!(
            kept.as_slice(),
            [Err(Error::Conflict(LAST_ADMINISTRATOR))]
        ));
        let mut active = Vec::new();
        for key in &keys {
            let found = world.keys.find_access_key(&key.id).await.unwrap();
            active.extend(found.filter(|found| found.active));
        }
        assert_eq!(active.len(), 1);
        // Whoever controls the function may end that one too, and lets another one in.
        deactivate(&world, &active[0], LastAdministrator::MayGo)
            .await
            .unwrap();
        create(&world, &key(&world, 7, Role::Administrator), Some(100))
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn keys_of_other_roles_keep_nobody_in() {
    on_each_engine("otherkeys", async |world: World| {
        let administrator = key(&world, 1, Role::Administrator);
        let auditor = key(&world, 2, Role::Auditor);
        create(&world, &administrator, None).await.unwrap();
        create(&world, &auditor, None).await.unwrap();
        let stays = LastAdministrator::Stays;
        let refused = deactivate(&world, &administrator, stays).await;
        assert!(matches!(refused, Err(Error::Conflict(LAST_ADMINISTRATOR))));
        deactivate(&world, &auditor, stays).await.unwrap();
        let again = deactivate(&world, &auditor, stays).await;
        assert!(matches!(again, Err(Error::Conflict("the access key"))));
        // As it was read, which it is not any more.
        let stale = delete(&world, &auditor).await;
        assert!(matches!(stale, Err(Error::Conflict("the access key"))));
        let ended = AccessKey {
            active: false,
            ..auditor
        };
        delete(&world, &ended).await.unwrap();
        let found = world.keys.find_access_key(&ended.id).await.unwrap();
        assert_eq!(found, None);
    })
    .await;
}

#[tokio::test]
async fn there_is_room_for_as_many_keys_as_it_says_even_at_once() {
    on_each_engine("keyroom", async |world: World| {
        let keys: Vec<_> = (0..10)
            .map(|number| key(&world, number, Role::Helpdesk))
            .collect();
        let made = join_all(keys.iter().map(|key| create(&world, key, Some(4)))).await;
        let (made, refused): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
        assert_eq!(made.len(), 4);
        assert!(
            refused
                .iter()
                .all(|refused| matches!(refused, Err(Error::Conflict(TOO_MANY_KEYS))))
        );
        // Without a limit there is always room.
        let another = key(&world, 11, Role::Administrator);
        create(&world, &another, None).await.unwrap();
    })
    .await;
}
