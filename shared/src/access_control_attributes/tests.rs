//! Every expression with a user who has everything, and one who has nothing.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::ids::{AccountId, IdentityStoreId, InstanceId, UserId};
use crate::store::access::PasswordPolicy;
use crate::store::directory::Profile;

fn user(profile: Profile) -> User {
    User {
        id: UserId::parse("0123456789-aaaaaaaa-2222-3333-4444-555555555555").unwrap(),
        revision: 1,
        user_name: "alice".to_owned(),
        active: true,
        sessions_not_before: None,
        profile,
        created_at: Timestamp::UNIX_EPOCH,
        created_by: "test".to_owned(),
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".to_owned(),
        deleted_at: None,
    }
}

fn contact(value: &str, kind: &str, primary: bool) -> Contact {
    Contact {
        value: Some(value.to_owned()),
        kind: Some(kind.to_owned()),
        primary,
    }
}

fn address(country: &str, kind: &str) -> Address {
    Address {
        street_address: Some("1 Main Street".to_owned()),
        locality: Some("Vienna".to_owned()),
        region: Some("W".to_owned()),
        postal_code: Some("1010".to_owned()),
        country: Some(country.to_owned()),
        formatted: Some("1 Main Street, 1010 Vienna".to_owned()),
        kind: Some(kind.to_owned()),
        primary: false,
    }
}

/// Everything that can be known of a person, and beside it what must not be taken for it.
fn alice() -> User {
    user(Profile {
        display_name: Some("Alice L.".to_owned()),
        name: Some(Name {
            family_name: Some("Liddell".to_owned()),
            given_name: Some("Alice".to_owned()),
            middle_name: Some("P.".to_owned()),
            ..Name::default()
        }),
        nick_name: Some("Al".to_owned()),
        user_type: Some("contractor".to_owned()),
        title: Some("engineer".to_owned()),
        locale: Some("de-AT".to_owned()),
        timezone: Some("Europe/Vienna".to_owned()),
        emails: vec![
            contact("other@example.com", "work", false),
            contact("alice@example.com", "home", true),
        ],
        phone_numbers: vec![contact("+1", "home", true), contact("+2", "Work", false)],
        addresses: vec![address("DE", "home"), address("AT", "work")],
        extensions: Map::from_iter([(
            ENTERPRISE.to_owned(),
            json!({
                "employeeNumber": "7", "costCenter": "42", "organization": "Org", "division": "Div",
                "department": "Dep", "manager": {"value": "0123456789-m"},
            }),
        )]),
        ..Profile::default()
    })
}

fn instance(attributes: &[(&str, &str)]) -> Instance {
    let attributes = attributes
        .iter()
        .map(|(key, source)| ((*key).to_owned(), (*source).to_owned()));
    Instance {
        id: InstanceId::parse("ssoins-0123456789abcdef").unwrap(),
        identity_store: IdentityStoreId::parse("d-0123456789").unwrap(),
        management_account: AccountId::parse("999999999999").unwrap(),
        region: "us-east-1".to_owned(),
        name: None,
        public_origin: "https://sso.example.com".to_owned(),
        entity_id: "https://vestibule.invalid/x".to_owned(),
        trusted_access: true,
        device_grant: true,
        session_minutes: 480,
        password_policy: PasswordPolicy::default(),
        bootstrap_role: "R".to_owned(),
        access_control_attributes: Some(attributes.collect()),
        create_customer_managed_policies: false,
        tags: BTreeMap::new(),
        revision: 1,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn value(user: &User, expression: &str) -> Option<String> {
    let source = Source::parse(expression).unwrap();
    source.read(user).map(str::to_owned)
}

#[test]
fn every_expression_names_its_attribute() {
    let alice = alice();
    let expected = [
        ("${path:userName}", "alice"),
        ("${path:name.familyName}", "Liddell"),
        ("${path:name.givenName}", "Alice"),
        ("${path:displayName}", "Alice L."),
        ("${path:nickName}", "Al"),
        ("${path:emails[primary eq true].value}", "alice@example.com"),
        (
            r#"${path:addresses[type eq "work"].streetAddress}"#,
            "1 Main Street",
        ),
        (r#"${path:addresses[type eq "work"].locality}"#, "Vienna"),
        (r#"${path:addresses[type eq "work"].region}"#, "W"),
        (r#"${path:addresses[type eq "work"].postalCode}"#, "1010"),
        (r#"${path:addresses[type eq "work"].country}"#, "AT"),
        (
            r#"${path:addresses[type eq "work"].formatted}"#,
            "1 Main Street, 1010 Vienna",
        ),
        (r#"${path:phoneNumbers[type eq "work"].value}"#, "+2"),
        ("${path:userType}", "contractor"),
        ("${path:title}", "engineer"),
        ("${path:locale}", "de-AT"),
        ("${path:timezone}", "Europe/Vienna"),
        ("${path:enterprise.employeeNumber}", "7"),
        ("${path:enterprise.costCenter}", "42"),
        ("${path:enterprise.organization}", "Org"),
        ("${path:enterprise.division}", "Div"),
        ("${path:enterprise.department}", "Dep"),
        ("${path:enterprise.manager.value}", "0123456789-m"),
        ("${user:subject}", "alice"),
        ("${user:preferredUsername}", "alice"),
        ("${user:email}", "alice@example.com"),
        ("${user:name}", "Alice L."),
        ("${user:displayName}", "Alice L."),
        ("${user:givenName}", "Alice"),
        ("${user:familyName}", "Liddell"),
        ("${user:middleName}", "P."),
    ];
    assert_eq!(expected.len(), SOURCES.len());
    for (expression, expected) in expected {
        assert_eq!(value(&alice, expression).as_deref(), Some(expected));
    }
}

#[test]
fn who_has_no_attribute_has_no_tag() {
    let nobody = user(Profile::default());
    for (source, _) in SOURCES {
        let expected = source.to_lowercase().contains("user:subject")
            || source.to_lowercase().contains("username");
        let found = value(&nobody, &format!("${{{source}}}"));
        assert_eq!(found.is_some(), expected, "{source}");
    }
    let empty = user(Profile {
        title: Some(String::new()),
        extensions: Map::from_iter([(ENTERPRISE.to_owned(), json!({"costCenter": 42}))]),
        ..Profile::default()
    });
    let instance = instance(&[
        ("Title", "${path:title}"),
        ("CostCenter", "${path:enterprise.costCenter}"),
        ("Name", "${path:userName}"),
    ]);
    let tags = principal_tags(&instance, &empty).unwrap();
    assert_eq!(
        tags,
        BTreeMap::from([("Name".to_owned(), "alice".to_owned())])
    );
}

#[test]
fn nobody_has_tags_while_nothing_is_configured() {
    let mut instance = instance(&[]);
    assert!(principal_tags(&instance, &alice()).unwrap().is_empty());
    instance.access_control_attributes = None;
    assert!(principal_tags(&instance, &alice()).unwrap().is_empty());
}

#[test]
fn a_value_that_aws_takes_as_no_tag_is_not_left_out() {
    let instance = instance(&[("Title", "${path:title}")]);
    let with = |title: &str| {
        let mut alice = alice();
        alice.profile.title = Some(title.to_owned());
        principal_tags(&instance, &alice)
    };
    for title in [
        "a b\u{a0}c",
        "Zoë Ünïcode 漢字 ٣",
        "_.:/=+-@",
        &"x".repeat(256),
    ] {
        assert_eq!(with(title).unwrap()["Title"], *title);
    }
    for title in [
        "a&b",
        "a<b",
        "a, b",
        "(a)",
        "tab\t",
        "line\n",
        "a*",
        "😀",
        &"x".repeat(257),
    ] {
        assert_eq!(
            with(title),
            Err(Refused::Value("Title".to_owned())),
            "{title}"
        );
    }
}

#[test]
fn an_expression_that_cannot_be_read_lets_nobody_pass() {
    let instance = instance(&[("X", "${path:salary}")]);
    assert_eq!(
        principal_tags(&instance, &alice()),
        Err(Refused::Value("X".to_owned()))
    );
}

#[test]
fn a_configuration_has_known_sources_and_keys_that_sts_tells_apart() {
    let configure = |attributes: &[(&str, &str)]| {
        configuration(
            attributes
                .iter()
                .map(|(key, source)| ((*key).to_owned(), (*source).to_owned())),
        )
    };
    let title = "${path:title}";
    assert!(configure(&[]).unwrap().is_empty());
    let both = configure(&[("a", title), ("b", title)]).unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(
        configure(&[("a", title), ("A", title)]),
        Err(NotConfigurable::Twice("A".to_owned()))
    );
    assert_eq!(
        configure(&[("AWS:a", title)]),
        Err(NotConfigurable::Reserved("AWS:a".to_owned()))
    );
    for source in [
        "",
        "title",
        "${path:}",
        "${path:Title}",
        "${path:title",
        "${dir:title}",
        "${path:emails[0].value}",
        "${path:password}",
        "path:title",
    ] {
        assert_eq!(
            configure(&[("a", source)]),
            Err(NotConfigurable::Source(source.to_owned()))
        );
    }
    let many: Vec<String> = (0..51).map(|number| number.to_string()).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), title)).collect();
    assert!(configure(&many[..50]).is_ok());
    assert_eq!(configure(&many), Err(NotConfigurable::TooMany));
}

proptest! {
    #[test]
    fn no_expression_makes_the_reader_panic(text in "\\PC{0,40}|[$][{](path|user):[a-z\\[\\]\" .]{0,30}[}]") {
        let _ = Source::parse(&text);
    }

    #[test]
    fn what_is_passed_on_fits_into_a_tag(title in "\\PC{0,300}") {
        let mut alice = alice();
        alice.profile.title = Some(title);
        let instance = instance(&[("Title", "${path:title}")]);
        if let Ok(tags) = principal_tags(&instance, &alice) {
            prop_assert!(tags.values().all(|value| (1..=256).contains(&value.chars().count())));
        }
    }
}
