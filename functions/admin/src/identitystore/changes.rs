//! What the operations of `UpdateUser` and `UpdateGroup` do to the attributes of a resource, as a document with the
//! members of the model: each puts a value in the place of another, adds it, or, without a value, removes it.

use serde_json::{Map, Value};

use super::attribute_path::{Path, Resource};
use super::attributes::{self, Attribute, Kind};
use super::refusal::Refused;

/// Applies the `Operations` of a request, one after the other. The model has held their list and its members against
/// their shapes; the values are documents, of which it says nothing.
pub(super) fn apply(
    resource: Resource,
    operations: &[Value],
    document: &mut Map<String, Value>,
) -> Result<(), Refused> {
    for operation in operations {
        let text = operation.get("AttributePath").and_then(Value::as_str);
        let path = Path::parse(resource, text.unwrap_or_default())?;
        let value = match operation.get("AttributeValue") {
            None | Some(Value::Null) => Value::Null,
            Some(value) => read(path.kind, value, &path.to_string())?,
        };
        put(document, &path.members, value);
    }
    Ok(())
}

/// A value with its members called as the model calls them, and without those that are `null`.
pub(super) fn read(kind: &Kind, value: &Value, name: &str) -> Result<Value, Refused> {
    match (kind, value) {
        (Kind::Scalar, Value::String(_) | Value::Bool(_)) => Ok(value.clone()),
        (Kind::Structure(attributes), Value::Object(members)) => {
            structure(attributes, members, name).map(Value::Object)
        }
        (Kind::List(attributes), Value::Array(elements)) => elements
            .iter()
            .map(|element| match element {
                Value::Object(members) => structure(attributes, members, name).map(Value::Object),
                _ => Err(Refused::WrongType(name.to_owned())),
            })
            .collect(),
        _ => Err(Refused::WrongType(name.to_owned())),
    }
}

fn structure(
    attributes: &[Attribute],
    members: &Map<String, Value>,
    name: &str,
) -> Result<Map<String, Value>, Refused> {
    let present = members.iter().filter(|(_, value)| !value.is_null());
    present
        .map(|(key, value)| {
            let attribute = attributes::find(attributes, key).ok_or_else(|| {
                Refused::UnknownMember(name.to_owned(), key.chars().take(64).collect())
            })?;
            let value = read(&attribute.kind, value, attribute.member)?;
            Ok((attribute.member.to_owned(), value))
        })
        .collect()
}

/// Puts `value` where `members` lead. `null` and an object without members are nothing, and so is what is left
/// without members when they go.
pub(super) fn put(document: &mut Map<String, Value>, members: &[&str], value: Value) {
    match members {
        [] => {}
        [last] if is_nothing(&value) => {
            document.remove(*last);
        }
        [last] => {
            document.insert((*last).to_owned(), value);
        }
        [first, inner @ ..] => {
            let mut outer = match document.remove(*first) {
                Some(Value::Object(outer)) => outer,
                _ => Map::new(),
            };
            put(&mut outer, inner, value);
            if !outer.is_empty() {
                document.insert((*first).to_owned(), Value::Object(outer));
            }
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn applied(before: Value, operations: &Value) -> Result<Value, Refused> {
        let Value::Object(mut document) = before else {
            panic!("a document is an object")
        };
        let operations = operations.as_array().unwrap();
        apply(Resource::User, operations, &mut document)?;
        Ok(Value::Object(document))
    }

    fn change(path: &str, value: &Value) -> Value {
        json!([{"AttributePath": path, "AttributeValue": value}])
    }

    #[test]
    fn a_value_is_added_replaced_and_removed() {
        let operations = json!([
            {"AttributePath": "title", "AttributeValue": "engineer"},
            {"AttributePath": "name.familyName", "AttributeValue": "Liddell"},
            {"AttributePath": "locale", "AttributeValue": null},
            {"AttributePath": "nickName"},
        ]);
        let before = json!({"Locale": "en", "NickName": "al", "Name": {"GivenName": "Alice", "FamilyName": "L"}});
        assert_eq!(
            applied(before, &operations),
            Ok(
                json!({"Title": "engineer", "Name": {"GivenName": "Alice", "FamilyName": "Liddell"}})
            )
        );
    }

    #[test]
    fn the_last_of_several_operations_on_one_attribute_counts() {
        let operations = json!([
            {"AttributePath": "title", "AttributeValue": "a"},
            {"AttributePath": "Title", "AttributeValue": "b"},
        ]);
        assert_eq!(applied(json!({}), &operations), Ok(json!({"Title": "b"})));
    }

    #[test]
    fn a_list_is_replaced_as_a_whole_with_members_in_any_case() {
        let emails = json!([{"value": "a@example.com", "Type": null, "primary": true}]);
        assert_eq!(
            applied(
                json!({"Emails": [{"Value": "b@example.com", "Type": "work"}]}),
                &change("emails", &emails)
            ),
            Ok(json!({"Emails": [{"Value": "a@example.com", "Primary": true}]}))
        );
    }

    #[test]
    fn parts_of_the_extension_come_and_go() {
        let path = "aws:identitystore:enterprise.manager.value";
        let with = applied(json!({}), &change(path, &json!("x"))).unwrap();
        assert_eq!(
            with,
            json!({"Extensions": {"aws:identitystore:enterprise": {"manager": {"value": "x"}}}})
        );
        assert_eq!(applied(with, &change(path, &Value::Null)), Ok(json!({})));
    }

    #[test]
    fn values_of_the_wrong_type_and_members_nobody_knows_are_refused() {
        for (path, value) in [
            ("title", json!(1)),
            ("title", json!(["a"])),
            ("name", json!("Alice")),
            ("emails", json!({"value": "a@example.com"})),
            ("emails", json!(["a@example.com"])),
        ] {
            assert!(
                matches!(
                    applied(json!({}), &change(path, &value)),
                    Err(Refused::WrongType(_))
                ),
                "{path} {value}"
            );
        }
        let unknown = change(
            "emails",
            &json!([{"value": "a@example.com", "verified": true}]),
        );
        assert!(matches!(
            applied(json!({}), &unknown),
            Err(Refused::UnknownMember(..))
        ));
    }

    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i32>().prop_map(|number| json!(number)),
            "[a-z ]{0,6}".prop_map(Value::String),
        ];
        let key = prop_oneof![
            proptest::sample::select(vec!["Value", "type", "primary", "FamilyName", "manager"])
                .prop_map(str::to_owned),
            "\\PC{0,6}",
        ];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                proptest::collection::hash_map(key.clone(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_change_made_twice_is_a_change_made_once(
            path in proptest::sample::select(vec![
                "title", "name", "name.givenName", "emails", "photos", "aws:identitystore:enterprise",
                "aws:identitystore:enterprise.manager", "userName",
            ]),
            value in document(),
        ) {
            let before = json!({"UserName": "a", "Name": {"GivenName": "A", "FamilyName": "B"}});
            let operations = change(path, &value);
            if let Ok(once) = applied(before, &operations) {
                prop_assert_eq!(applied(once.clone(), &operations), Ok(once));
            }
        }
    }
}
