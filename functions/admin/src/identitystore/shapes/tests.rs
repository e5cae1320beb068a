use jiff::Timestamp;
use proptest::prelude::*;
use vestibule_shared::ids::{GroupId, UserId};
use vestibule_shared::store::directory::{Address, Contact, Name, Photo};

use super::*;
use crate::Operation;

const ID: &str = "0123456789-11111111-2222-3333-4444-555555555555";

fn user(user_name: String, active: bool, profile: Profile) -> User {
    User {
        id: UserId::parse(ID).unwrap(),
        revision: 7,
        user_name,
        active,
        sessions_not_before: None,
        profile,
        created_at: Timestamp::from_millisecond(1_767_323_045_123).unwrap(),
        created_by: "somebody".to_owned(),
        updated_at: Timestamp::from_second(1_767_323_046).unwrap(),
        updated_by: "somebody else".to_owned(),
        deleted_at: None,
    }
}

fn text() -> impl Strategy<Value = String> {
    "[\\p{L}\\p{N} ]{1,20}"
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(text())
}

fn contacts() -> impl Strategy<Value = Vec<Contact>> {
    let contact = (maybe(), maybe(), any::<bool>()).prop_map(|(value, kind, primary)| Contact {
        value,
        kind,
        primary,
    });
    proptest::collection::vec(contact, 0..=1)
}

fn name() -> impl Strategy<Value = Name> {
    (text(), maybe(), maybe(), maybe(), maybe(), maybe()).prop_map(
        |(formatted, family, given, middle, prefix, suffix)| Name {
            formatted: Some(formatted),
            family_name: family,
            given_name: given,
            middle_name: middle,
            honorific_prefix: prefix,
            honorific_suffix: suffix,
        },
    )
}

fn addresses() -> impl Strategy<Value = Vec<Address>> {
    let address = (maybe(), maybe(), maybe(), any::<bool>()).prop_map(
        |(street_address, postal_code, kind, primary)| Address {
            street_address,
            postal_code: postal_code.clone(),
            locality: postal_code.clone(),
            region: postal_code.clone(),
            country: postal_code,
            formatted: kind.clone(),
            kind,
            primary,
        },
    );
    proptest::collection::vec(address, 0..=1)
}

fn photos() -> impl Strategy<Value = Vec<Photo>> {
    let photo =
        (text(), maybe(), maybe(), any::<bool>()).prop_map(|(value, kind, display, primary)| {
            Photo {
                value,
                kind,
                display,
                primary,
            }
        });
    proptest::collection::vec(photo, 0..=3)
}

fn external_ids() -> impl Strategy<Value = Vec<ExternalId>> {
    let external_id = ("[a-z]{1,9}", "[a-zA-Z0-9]{1,9}");
    let external_id = external_id.prop_map(|(issuer, id)| ExternalId { issuer, id });
    proptest::collection::vec(external_id, 0..=3)
}

prop_compose! {
    fn profile()(
        display_name in maybe(),
        name in proptest::option::of(name()),
        texts in proptest::collection::vec(maybe(), 9),
        emails in contacts(),
        phone_numbers in contacts(),
        roles in contacts(),
        addresses in addresses(),
        photos in photos(),
        external_ids in external_ids(),
        division in maybe(),
    ) -> Profile {
        let mut texts = texts.into_iter().map(|text| text.filter(|text| !text.is_empty()));
        let mut next = || texts.next().flatten();
        let mut extensions = Map::new();
        if let Some(division) = division {
            extensions.insert(ENTERPRISE.to_owned(), json!({"division": division, "manager": {"displayName": "x"}}));
        }
        Profile {
            display_name,
            name,
            nick_name: next(),
            profile_url: next(),
            user_type: next(),
            title: next(),
            preferred_language: next(),
            locale: next(),
            timezone: next(),
            website: next(),
            birthdate: next(),
            emails,
            phone_numbers,
            roles,
            addresses,
            photos,
            external_ids,
            extensions,
        }
    }
}

proptest! {
    #[test]
    fn a_user_survives_being_a_document(user_name in "[a-z]{1,9}", active: bool, profile in profile()) {
        let user = user(user_name, active, profile);
        let read = read_user(user_document(&user)).unwrap();
        prop_assert_eq!(
            read,
            UserAttributes { user_name: user.user_name, active: user.active, profile: user.profile }
        );
    }

    #[test]
    fn every_user_can_be_answered(profile in profile()) {
        let user = user("alice".to_owned(), true, profile);
        let store = IdentityStoreId::parse("d-0123456789").unwrap();
        let extensions = [ENTERPRISE.to_owned()];
        let described = described_user(&store, &user, user_document(&user), &extensions);
        let operation = Operation::find("AWSIdentityStore.DescribeUser").unwrap();
        prop_assert_eq!(operation.validate_output(&described), Ok(()));
    }

    #[test]
    fn a_group_survives_being_a_document(
        display_name in text(), description in maybe(), external_ids in external_ids()
    ) {
        let group = Group {
            id: GroupId::parse(ID).unwrap(),
            revision: 1,
            display_name,
            description,
            external_ids,
            created_at: Timestamp::UNIX_EPOCH,
            created_by: String::new(),
            updated_at: Timestamp::UNIX_EPOCH,
            updated_by: String::new(),
            deleted_at: None,
        };
        let document = group_document(&group);
        let store = IdentityStoreId::parse("d-0123456789").unwrap();
        let described = described_group(&store, &group, document.clone());
        let operation = Operation::find("AWSIdentityStore.DescribeGroup").unwrap();
        prop_assert_eq!(operation.validate_output(&described), Ok(()));
        let read = read_group(document).unwrap();
        prop_assert_eq!(
            (read.display_name, read.description, read.external_ids),
            (group.display_name, group.description, group.external_ids)
        );
    }
}

#[test]
fn a_user_is_described_with_the_extensions_that_were_asked_for() {
    let profile = Profile {
        extensions: Map::from_iter([(ENTERPRISE.to_owned(), json!({"division": "x"}))]),
        ..Profile::default()
    };
    let user = user("alice".to_owned(), false, profile);
    let store = IdentityStoreId::parse("d-0123456789").unwrap();
    let without = described_user(&store, &user, user_document(&user), &[]);
    assert_eq!(
        without,
        json!({
            "IdentityStoreId": "d-0123456789",
            "UserId": ID,
            "UserArn": format!("arn:aws:identitystore:::user/{ID}"),
            "Revision": "7",
            "UserName": "alice",
            "UserStatus": "DISABLED",
            "CreatedAt": 1_767_323_045.123,
            "CreatedBy": "somebody",
            "UpdatedAt": 1_767_323_046.0,
            "UpdatedBy": "somebody else",
        })
    );
    let extensions = [ENTERPRISE.to_owned()];
    let with = described_user(&store, &user, user_document(&user), &extensions);
    assert_eq!(with["Extensions"][ENTERPRISE]["division"], "x");
}
