//! Applications and whom they are assigned to: the promises of their verbs.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use vestibule_shared::ids::{ApplicationId, Principal};
use vestibule_shared::store::Error;
use vestibule_shared::store::access::{
    Application, ApplicationAssignment, ApplicationStatus, Grants, PortalOptions,
};
use vestibule_tables::fixture::World;

use crate::engines::on_each_engine;

fn application(world: &World) -> Application {
    Application {
        id: ApplicationId::generate(&world.random),
        name: "Reports".to_owned(),
        description: None,
        provider_arn: "arn:aws:sso::aws:applicationProvider/custom".to_owned(),
        status: ApplicationStatus::Enabled,
        portal: PortalOptions {
            visibility: ApplicationStatus::Enabled,
            sign_in: None,
        },
        assignment_required: true,
        access_scopes: BTreeMap::new(),
        iam_authentication: None,
        grants: Grants::default(),
        user_background_sessions: None,
        tags: BTreeMap::new(),
        created_at: world.clock.now(),
        created_from: "us-east-1".to_owned(),
        revision: 1,
    }
}

async fn create(world: &World, application: &Application) -> Result<(), Error> {
    let record = world.record();
    let recorded = world.recorded(&record);
    world
        .access
        .create_application(application, None, recorded)
        .await
}

async fn replace(
    world: &World,
    before: &Application,
    change: impl FnOnce(&mut Application),
) -> Result<Application, Error> {
    let mut after = before.clone();
    after.revision += 1;
    change(&mut after);
    let record = world.record();
    let replaced = world
        .access
        .replace_application((before, &after), world.recorded(&record));
    replaced.await.map(|()| after)
}

async fn assign(
    world: &World,
    application: &ApplicationId,
    principal: &Principal,
) -> Result<(), Error> {
    let assignment = ApplicationAssignment {
        principal: principal.clone(),
        application: application.clone(),
        created_at: world.clock.now(),
    };
    let standing = world.directory.check_principal(principal).unwrap();
    let record = world.record();
    let recorded = world.recorded(&record);
    world
        .access
        .create_application_assignment(&assignment, standing, recorded)
        .await
}

#[tokio::test]
async fn an_application_is_created_once_and_found_as_it_was() {
    on_each_engine("applications", async |world: World| {
        let application = application(&world);
        create(&world, &application).await.unwrap();
        let found = world
            .access
            .find_application(&application.id)
            .await
            .unwrap();
        assert_eq!(found, Some(application.clone()));
        let again = create(&world, &application).await;
        assert!(matches!(again, Err(Error::AlreadyExists(_))));
    })
    .await;
}

#[tokio::test]
async fn of_changes_at_the_same_time_one_is_made() {
    on_each_engine("applicationchanges", async |world: World| {
        let before = application(&world);
        create(&world, &before).await.unwrap();
        let changes = (0..8).map(|number| {
            replace(&world, &before, move |it| {
                it.name = format!("Reports {number}");
            })
        });
        let outcomes = join_all(changes).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let lost = outcomes.into_iter().filter_map(Result::err);
        assert!(
            lost.into_iter()
                .all(|error| matches!(error, Error::Conflict(_)))
        );
        let record = world.record();
        let stale = world
            .access
            .delete_application(&before, world.recorded(&record))
            .await;
        assert!(matches!(stale, Err(Error::Conflict(_))));
    })
    .await;
}

#[tokio::test]
async fn the_list_of_those_open_to_everybody_follows_every_change() {
    on_each_engine("openapplications", async |world: World| {
        let open = async || world.access.open_applications().await.unwrap();
        let first = application(&world);
        create(&world, &first).await.unwrap();
        assert!(open().await.is_empty());
        let second = replace(&world, &first, |it| it.assignment_required = false).await;
        let second = second.unwrap();
        assert_eq!(open().await, std::slice::from_ref(&first.id));
        let third = replace(&world, &second, |it| it.name = "Renamed".to_owned()).await;
        let third = third.unwrap();
        assert_eq!(open().await, std::slice::from_ref(&first.id));
        let hidden = replace(&world, &third, |it| {
            it.portal.visibility = ApplicationStatus::Disabled;
        });
        let hidden = hidden.await.unwrap();
        assert!(open().await.is_empty());
        let shown = replace(&world, &hidden, |it| {
            it.portal.visibility = ApplicationStatus::Enabled;
        });
        let shown = shown.await.unwrap();
        let record = world.record();
        let deleted = world
            .access
            .delete_application(&shown, world.recorded(&record));
        deleted.await.unwrap();
        assert!(open().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_assignment_is_there_in_both_directions_or_in_none() {
    on_each_engine("applicationassignments", async |world: World| {
        let sample = world.populate().await.unwrap();
        let application = application(&world);
        let principal = Principal::Group(sample.group.id.clone());
        let early = assign(&world, &application.id, &principal).await;
        assert!(matches!(early, Err(Error::NotFound("the application"))));
        create(&world, &application).await.unwrap();
        let outcomes = join_all((0..4).map(|_| assign(&world, &application.id, &principal))).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let lost = outcomes.into_iter().filter_map(Result::err);
        assert!(
            lost.into_iter()
                .all(|error| matches!(error, Error::AlreadyExists(_)))
        );

        let access = &world.access;
        let of = access.application_assignments_of(&principal).await.unwrap();
        let page = access
            .list_application_assignments(&application.id, 10, None)
            .await;
        assert_eq!(of, page.unwrap().items);
        let (accounts, applications) = access.assigned_to(&principal).await.unwrap();
        assert_eq!((accounts.len(), applications), (1, of.clone()));
        let principals = [Principal::User(sample.user.id.clone()), principal.clone()];
        let found = access
            .find_application_assignments(&principals, &application.id)
            .await;
        assert_eq!(found.unwrap(), of);

        let record = world.record();
        let gone = (&principal, &application.id);
        let deleted = access.delete_application_assignment(gone, world.recorded(&record));
        deleted.await.unwrap();
        let again = access.delete_application_assignment(gone, world.recorded(&record));
        assert!(matches!(again.await, Err(Error::NotFound(_))));
        let page = access
            .list_application_assignments(&application.id, 10, None)
            .await;
        assert!(page.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn nothing_is_assigned_to_somebody_who_is_deleted() {
    on_each_engine("applicationtombstones", async |world: World| {
        let sample = world.populate().await.unwrap();
        let application = application(&world);
        create(&world, &application).await.unwrap();
        let record = world.record();
        let deleted =
            world
                .directory
                .delete_user(&sample.user, world.clock.now(), world.recorded(&record));
        deleted.await.unwrap();
        let principal = Principal::User(sample.user.id.clone());
        let refused = assign(&world, &application.id, &principal).await;
        assert!(matches!(refused, Err(Error::NotFound("the principal"))));
    })
    .await;
}

#[tokio::test]
async fn applications_are_listed_in_tiny_pages() {
    on_each_engine("applicationpages", async |world: World| {
        let mut created = Vec::new();
        for _ in 0..5 {
            let application = application(&world);
            create(&world, &application).await.unwrap();
            created.push(application.id);
        }
        created.sort();
        let (mut listed, mut from) = (Vec::new(), None);
        loop {
            let page = world
                .access
                .list_applications(2, from.as_ref())
                .await
                .unwrap();
            listed.extend(page.items.into_iter().map(|application| application.id));
            match page.next {
                Some(next) => from = Some(next),
                None => break,
            }
        }
        assert_eq!(listed, created);
    })
    .await;
}
