//! Between the store's users, groups and memberships and the model's JSON. The store's types have the members of the
//! model in snake case, with `kind` for `Type`; that is all there is between them.

use serde_json::{Map, Value, json};
use vestibule_shared::arn;
use vestibule_shared::ids::IdentityStoreId;
use vestibule_shared::store::directory::{ExternalId, Group, Membership, Profile, User};

use super::attributes::ENTERPRISE;
use super::refusal::Refused;
use crate::epoch::Epoch;

/// The attributes of a resource, as the model calls them.
pub(super) type Document = Map<String, Value>;

/// What a document says of a user.
#[derive(Debug, PartialEq)]
pub(super) struct UserAttributes {
    pub(super) user_name: String,
    pub(super) active: bool,
    pub(super) profile: Profile,
}

/// What a document says of a group.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GroupAttributes {
    pub(super) display_name: String,
    pub(super) description: Option<String>,
    pub(super) external_ids: Vec<ExternalId>,
}

/// All attributes of a user, extensions among them.
pub(super) fn user_document(user: &User) -> Document {
    let profile = serde_json::to_value(&user.profile).unwrap_or_default();
    let mut document = match renamed(profile, &in_model) {
        Value::Object(document) => document,
        _ => Document::new(),
    };
    document.insert("UserName".to_owned(), json!(user.user_name));
    let status = if user.active { "ENABLED" } else { "DISABLED" };
    document.insert("UserStatus".to_owned(), json!(status));
    document
}

/// Reads what [`user_document`] wrote, changed or not.
pub(super) fn read_user(mut document: Document) -> Result<UserAttributes, Refused> {
    let user_name = take_text(&mut document, "UserName")?.ok_or(Refused::Required("UserName"))?;
    let status = take_text(&mut document, "UserStatus")?;
    let profile = renamed(Value::Object(document), &in_store);
    Ok(UserAttributes {
        user_name,
        active: status.as_deref() != Some("DISABLED"),
        profile: serde_json::from_value(profile)
            .map_err(|_| Refused::Invalid("User".to_owned()))?,
    })
}

/// A user as `DescribeUser` and `ListUsers` answer it, with `document` for its attributes and those of its extensions
/// that were asked for.
pub(super) fn described_user(
    store: &IdentityStoreId,
    user: &User,
    mut document: Document,
    extensions: &[String],
) -> Value {
    if !extensions.iter().any(|name| name == ENTERPRISE) {
        document.remove("Extensions");
    }
    let identity = json!({
        "IdentityStoreId": store,
        "UserId": user.id,
        "UserArn": arn::user(&user.id),
        "Revision": user.revision.to_string(),
        "CreatedAt": Epoch(user.created_at),
        "CreatedBy": user.created_by,
        "UpdatedAt": Epoch(user.updated_at),
        "UpdatedBy": user.updated_by,
    });
    with_identity(document, identity)
}

/// All attributes of a group.
pub(super) fn group_document(group: &Group) -> Document {
    let mut document = Document::new();
    document.insert("DisplayName".to_owned(), json!(group.display_name));
    if let Some(description) = &group.description {
        document.insert("Description".to_owned(), json!(description));
    }
    if !group.external_ids.is_empty() {
        let external_ids = json!(group.external_ids);
        document.insert("ExternalIds".to_owned(), renamed(external_ids, &in_model));
    }
    document
}

/// Reads what [`group_document`] wrote, changed or not.
pub(super) fn read_group(mut document: Document) -> Result<GroupAttributes, Refused> {
    let display_name = take_text(&mut document, "DisplayName")?;
    let external_ids = document.remove("ExternalIds").unwrap_or_else(|| json!([]));
    Ok(GroupAttributes {
        display_name: display_name.ok_or(Refused::Required("DisplayName"))?,
        description: take_text(&mut document, "Description")?,
        external_ids: serde_json::from_value(renamed(external_ids, &in_store))
            .map_err(|_| Refused::Invalid("ExternalIds".to_owned()))?,
    })
}

/// A group as `DescribeGroup` and `ListGroups` answer it, with `document` for its attributes.
pub(super) fn described_group(store: &IdentityStoreId, group: &Group, document: Document) -> Value {
    let identity = json!({
        "IdentityStoreId": store,
        "GroupId": group.id,
        "GroupArn": arn::group(&group.id),
        "Revision": group.revision.to_string(),
        "CreatedAt": Epoch(group.created_at),
        "CreatedBy": group.created_by,
        "UpdatedAt": Epoch(group.updated_at),
        "UpdatedBy": group.updated_by,
    });
    with_identity(document, identity)
}

/// A membership as it is described and listed. It is never changed, so who created it also updated it.
pub(super) fn described_membership(store: &IdentityStoreId, membership: &Membership) -> Value {
    json!({
        "IdentityStoreId": store,
        "MembershipId": membership.id,
        "MembershipArn": arn::membership(&membership.id),
        "GroupId": membership.group,
        "MemberId": { "UserId": membership.user },
        "CreatedAt": Epoch(membership.created_at),
        "CreatedBy": membership.created_by,
        "UpdatedAt": Epoch(membership.created_at),
        "UpdatedBy": membership.created_by,
    })
}

fn with_identity(mut document: Document, identity: Value) -> Value {
    if let Value::Object(identity) = identity {
        document.extend(identity);
    }
    Value::Object(document)
}

fn take_text(document: &mut Document, member: &'static str) -> Result<Option<String>, Refused> {
    match document.remove(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refused::WrongType(member.to_owned())),
    }
}

/// The same value with every member renamed, but for what is inside extensions: those are documents of their own.
fn renamed(value: Value, rename: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let value = if name.eq_ignore_ascii_case("extensions") {
                    value
                } else {
                    renamed(value, rename)
                };
                (rename(&name), value)
            })
            .collect(),
        Value::Array(elements) => elements
            .into_iter()
            .map(|element| renamed(element, rename))
            .collect(),
        other => other,
    }
}

fn in_model(name: &str) -> String {
    if name == "kind" {
        return "Type".to_owned();
    }
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters)
        })
        .collect()
}

fn in_store(name: &str) -> String {
    if name == "Type" {
        return "kind".to_owned();
    }
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests;
