//! What the attributes of a user or a group must be besides fitting the model's shapes.

use serde_json::Value;
use vestibule_shared::store::directory::fold;

use super::attributes::ENTERPRISE;
use super::refusal::Refused;
use super::shapes::Document;

/// Names that AWS keeps for itself.
const RESERVED: [&str; 2] = ["administrator", "awsadministrators"];
/// The longest text in an extension, as in the model's own attributes.
const LONGEST_TEXT: usize = 1024;

/// What a user needs to have, with the path of each.
const REQUIRED_OF_USERS: [(&str, &str); 4] = [
    ("UserName", "/UserName"),
    ("DisplayName", "/DisplayName"),
    ("Name.GivenName", "/Name/GivenName"),
    ("Name.FamilyName", "/Name/FamilyName"),
];

/// Checks what a user is to become. `before` is empty for a new one; what an older user does not have, because another
/// source of users does not ask for it, need not be added.
pub(super) fn check_user(before: &Document, after: &Document) -> Result<(), Refused> {
    for (name, pointer) in REQUIRED_OF_USERS {
        if at(after, pointer).is_none() && (before.is_empty() || at(before, pointer).is_some()) {
            return Err(Refused::Required(name));
        }
    }
    check_name(before, after, "UserName")?;
    if let Some(birthdate) = after.get("Birthdate").and_then(Value::as_str)
        && !is_date(birthdate)
    {
        return Err(Refused::Birthdate);
    }
    let photos = after.get("Photos").and_then(Value::as_array);
    let primary = photos.into_iter().flatten();
    if primary
        .filter(|photo| photo.get("Primary") == Some(&Value::Bool(true)))
        .count()
        > 1
    {
        return Err(Refused::PrimaryPhotos);
    }
    match after.get("Extensions") {
        None => Ok(()),
        Some(extensions) => check_extension(extensions),
    }
}

/// Checks what a group is to become; `before` is empty for a new one.
pub(super) fn check_group(before: &Document, after: &Document) -> Result<(), Refused> {
    if !after.contains_key("DisplayName") {
        return Err(Refused::Required("DisplayName"));
    }
    check_name(before, after, "DisplayName")
}

fn at<'a>(document: &'a Document, pointer: &str) -> Option<&'a Value> {
    let mut members = pointer.split('/').skip(1);
    let first = document.get(members.next()?)?;
    members.try_fold(first, |value, member| value.get(member))
}

fn check_name(before: &Document, after: &Document, member: &str) -> Result<(), Refused> {
    let name = after.get(member);
    let taken = |text: &str| RESERVED.contains(&fold(text).as_str());
    if name != before.get(member) && name.and_then(Value::as_str).is_some_and(taken) {
        return Err(Refused::ReservedName);
    }
    Ok(())
}

fn is_date(text: &str) -> bool {
    let date: Result<jiff::civil::Date, _> = text.parse();
    date.is_ok_and(|date| date.to_string() == text)
}

/// The model knows nothing of what is in an extension: every text there is held to the limits of the other attributes.
fn check_extension(value: &Value) -> Result<(), Refused> {
    match value {
        Value::Object(members) => members.values().try_for_each(check_extension),
        Value::String(text)
            if (1..=LONGEST_TEXT).contains(&text.chars().count()) && !text.contains(is_control) =>
        {
            Ok(())
        }
        _ => Err(Refused::Invalid(ENTERPRISE.to_owned())),
    }
}

fn is_control(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(value: Value) -> Document {
        match value {
            Value::Object(document) => document,
            _ => panic!("a document is an object"),
        }
    }

    fn alice() -> Document {
        document(json!({
            "UserName": "alice", "DisplayName": "Alice", "Name": {"GivenName": "Alice", "FamilyName": "Liddell"},
        }))
    }

    fn with(member: &str, value: Value) -> Document {
        let mut user = alice();
        user.insert(member.to_owned(), value);
        user
    }

    #[test]
    fn a_new_user_has_names() {
        assert_eq!(check_user(&Document::new(), &alice()), Ok(()));
        for member in ["UserName", "DisplayName", "Name"] {
            let mut user = alice();
            user.remove(member);
            assert!(
                matches!(
                    check_user(&Document::new(), &user),
                    Err(Refused::Required(_))
                ),
                "{member}"
            );
        }
    }

    #[test]
    fn a_user_who_never_had_a_name_can_be_changed_and_nobody_loses_theirs() {
        let before = document(json!({"UserName": "alice", "DisplayName": "Alice"}));
        assert_eq!(check_user(&before, &before), Ok(()));
        assert_eq!(
            check_user(&alice(), &before),
            Err(Refused::Required("Name.GivenName"))
        );
    }

    #[test]
    fn reserved_names_are_refused_in_any_form() {
        for name in ["Administrator", "ADMINISTRATOR", "ＡＷＳAdministrators"] {
            assert_eq!(
                check_user(&Document::new(), &with("UserName", json!(name))),
                Err(Refused::ReservedName)
            );
            let group = document(json!({"DisplayName": name}));
            assert_eq!(
                check_group(&Document::new(), &group),
                Err(Refused::ReservedName)
            );
        }
        assert_eq!(
            check_user(&Document::new(), &with("UserName", json!("Administrators"))),
            Ok(())
        );
    }

    #[test]
    fn a_birthdate_is_a_date() {
        let check = |text| check_user(&Document::new(), &with("Birthdate", json!(text)));
        assert_eq!(check("2000-02-29"), Ok(()));
        for text in [
            "2001-02-29",
            "2000-2-9",
            "20000229",
            "yesterday",
            "2000-02-29T00:00:00",
        ] {
            assert_eq!(check(text), Err(Refused::Birthdate), "{text}");
        }
    }

    #[test]
    fn one_photo_is_the_primary_one() {
        let photos = |first, second| json!([{"Value": "a", "Primary": first}, {"Value": "b", "Primary": second}]);
        let check = |photos| check_user(&Document::new(), &with("Photos", photos));
        assert_eq!(check(photos(true, false)), Ok(()));
        assert_eq!(check(photos(true, true)), Err(Refused::PrimaryPhotos));
    }

    #[test]
    fn texts_in_an_extension_are_bounded() {
        let check = |division: Value| {
            let extensions = json!({"aws:identitystore:enterprise": {"division": division}});
            check_user(&Document::new(), &with("Extensions", extensions))
        };
        assert_eq!(check(json!("x".repeat(1024))), Ok(()));
        for bad in [
            json!("x".repeat(1025)),
            json!(""),
            json!("a\u{7}"),
            json!(true),
        ] {
            assert!(check(bad).is_err());
        }
    }
}
