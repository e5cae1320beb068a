//! Applications on the portal's page.

use std::collections::BTreeMap;

use http::StatusCode;
use vestibule_shared::ids::{ApplicationId, Principal};
use vestibule_shared::store::access::{
    Application, ApplicationAssignment, ApplicationStatus, Grants, PortalOptions, SignInOptions,
    SignInOrigin,
};

use crate::fixture::{Answer, Organization};

/// What is made of an application before it is created.
type Change = fn(&mut Application);

const OPEN: Change = |application| application.assignment_required = false;

async fn create(organization: &Organization, name: &str, change: Change) -> ApplicationId {
    let world = &organization.world;
    let slug = name.to_lowercase().replace(' ', "-");
    let mut application = Application {
        id: ApplicationId::generate(&world.random),
        name: name.to_owned(),
        description: Some(format!("All about {name}")),
        provider_arn: "arn:aws:sso::aws:applicationProvider/custom".to_owned(),
        status: ApplicationStatus::Enabled,
        portal: PortalOptions {
            visibility: ApplicationStatus::Enabled,
            sign_in: Some(SignInOptions {
                origin: SignInOrigin::Application,
                application_url: Some(format!("https://{slug}.example.com/")),
            }),
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
    };
    change(&mut application);
    let record = world.record();
    let created = world
        .access
        .create_application(&application, None, world.recorded(&record));
    created.await.unwrap();
    application.id
}

async fn assign(organization: &Organization, application: &ApplicationId, principal: &Principal) {
    let world = &organization.world;
    let assignment = ApplicationAssignment {
        principal: principal.clone(),
        application: application.clone(),
        created_at: world.clock.now(),
    };
    let standing = world.directory.check_principal(principal).unwrap();
    let record = world.record();
    let created =
        world
            .access
            .create_application_assignment(&assignment, standing, world.recorded(&record));
    created.await.unwrap();
}

/// The page of alice, or of somebody new to whom nothing is assigned.
async fn page(organization: &Organization, of: Whose, path: &str) -> Answer {
    let (world, sample) = (&organization.world, &organization.sample);
    let user = match of {
        Whose::Alice => sample.user.id.clone(),
        Whose::Newcomer => {
            let store = &sample.instance.identity_store;
            world.create_user(store, "newcomer").await.unwrap().id
        }
    };
    let token = world.sign_in(&user).await.unwrap();
    let mut browser = organization.browser();
    let cookie = token.expose().to_owned();
    browser.cookies.insert("vestibule".into(), cookie);
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK);
    page
}

enum Whose {
    Alice,
    Newcomer,
}

#[tokio::test]
async fn what_is_assigned_to_a_person_or_their_group_shows_and_opens_its_address() {
    let organization = Organization::new().await;
    let alice = Principal::User(organization.sample.user.id.clone());
    let group = Principal::Group(organization.sample.group.id.clone());
    let reports = create(&organization, "Reports", |_| {}).await;
    let expenses = create(&organization, "Expenses", |_| {}).await;
    let payroll = create(&organization, "Payroll", |_| {}).await;
    create(&organization, "Secrets", |_| {}).await;
    assign(&organization, &reports, &alice).await;
    assign(&organization, &expenses, &group).await;
    // Twice is not two tiles.
    assign(&organization, &payroll, &alice).await;
    assign(&organization, &payroll, &group).await;
    let page = page(&organization, Whose::Alice, "/start/").await;
    assert!(page.says("3 applications") && page.says("All about Expenses"));
    assert!(page.says(r#"href="https://reports.example.com/""#));
    assert_eq!(page.body.matches("https://payroll.example.com/").count(), 1);
    assert!(!page.says("Secrets"), "not assigned");
    let place = |name: &str| page.body.find(&format!("All about {name}")).unwrap();
    assert!(place("Expenses") < place("Payroll") && place("Payroll") < place("Reports"));
    assert!(page.says("1 account"));
}

#[tokio::test]
async fn what_needs_no_assignment_shows_to_everybody() {
    let organization = Organization::new().await;
    create(&organization, "Handbook", OPEN).await;
    let page = page(&organization, Whose::Newcomer, "/start/").await;
    assert!(page.says("https://handbook.example.com/") && page.says("<h1>Applications</h1>"));
    assert!(!page.says("No accounts yet"));
}

#[tokio::test]
async fn what_is_disabled_hidden_or_has_no_safe_address_does_not_show() {
    let organization = Organization::new().await;
    let alice = Principal::User(organization.sample.user.id.clone());
    let changes: [Change; 5] = [
        |it| it.status = ApplicationStatus::Disabled,
        |it| it.portal.visibility = ApplicationStatus::Disabled,
        |it| it.portal.sign_in = None,
        |it| {
            it.portal.sign_in = Some(SignInOptions {
                origin: SignInOrigin::IdentityCenter,
                application_url: None,
            });
        },
        |it| {
            it.portal.sign_in = Some(SignInOptions {
                origin: SignInOrigin::Application,
                application_url: Some("http://reports.example.com/".to_owned()),
            });
        },
    ];
    for change in changes {
        let application = create(&organization, "Reports", change).await;
        assign(&organization, &application, &alice).await;
    }
    let page = page(&organization, Whose::Alice, "/start/").await;
    assert!(
        !page.says("Reports") && !page.says("application"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn an_application_that_is_deleted_is_gone_from_the_page() {
    let organization = Organization::new().await;
    let (world, access) = (&organization.world, &organization.world.access);
    let alice = Principal::User(organization.sample.user.id.clone());
    let application = create(&organization, "Reports", |_| {}).await;
    assign(&organization, &application, &alice).await;
    let found = access
        .find_application(&application)
        .await
        .unwrap()
        .unwrap();
    let record = world.record();
    let deleted = access.delete_application(&found, world.recorded(&record));
    deleted.await.unwrap();
    let page = page(&organization, Whose::Alice, "/start/").await;
    assert!(!page.says("Reports"));
}

#[tokio::test]
async fn the_search_looks_through_applications_too_without_script() {
    let organization = Organization::new().await;
    for name in ["Reports", "Expenses"] {
        create(&organization, name, OPEN).await;
    }
    let found = page(&organization, Whose::Alice, "/start/?q=expens").await;
    assert!(found.says("1 of 2 applications") && found.says("0 of 1 account"));
    assert!(found.says("https://expenses.example.com/"));
    assert!(!found.says("https://reports.example.com/"));
    let none = page(&organization, Whose::Alice, "/start/?q=nothing").await;
    assert!(none.says("0 of 2 applications") && none.says("No application has all of these words"));
}

#[tokio::test]
async fn names_and_addresses_are_text_and_nothing_else() {
    let organization = Organization::new().await;
    create(&organization, "<b>Bold</b>", |it| {
        it.assignment_required = false;
        let address = "https://a.example/?x=1&y='<b>";
        it.portal.sign_in.as_mut().unwrap().application_url = Some(address.to_owned());
    })
    .await;
    let page = page(&organization, Whose::Alice, "/start/").await;
    assert!(!page.says("<b>") && page.says("Bold"));
}

#[tokio::test]
async fn the_first_two_hundred_show_and_the_others_are_searched_for() {
    let organization = Organization::new().await;
    for number in 0..201 {
        let name = format!("App {number:03}");
        create(&organization, &name, OPEN).await;
    }
    let shown = page(&organization, Whose::Alice, "/start/").await;
    assert_eq!(shown.body.matches(r#"class="tile""#).count(), 200);
    assert!(shown.says("201 applications") && shown.says("first 200 of 201"));
    assert!(!shown.says("data-complete"));
    let found = page(&organization, Whose::Alice, "/start/?q=200").await;
    assert!(found.says("https://app-200.example.com/"));
}
