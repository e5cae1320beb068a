//! The paths by which `UpdateUser` and `UpdateGroup` name what they change: `displayName`, `name.familyName`, `emails`,
//! `aws:identitystore:enterprise`, `aws:identitystore:enterprise.manager.value`.

use super::attributes::{
    self, Attribute, ENTERPRISE, ENTERPRISE_ATTRIBUTES, GROUP, GROUP_ONCE_CREATED, Kind, USER,
    USER_ONCE_CREATED,
};
use super::refusal::Refused;

/// Whose attributes a path can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    User,
    Group,
}

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// Where it is in the document of the resource: members of objects, from the outside inwards.
    pub(super) members: Vec<&'static str>,
    /// What is there.
    pub(super) kind: &'static Kind,
}

/// The extension as a whole.
pub(super) static EXTENSION: Kind = Kind::Structure(ENTERPRISE_ATTRIBUTES);

impl Path {
    /// Reads a path. Of an attribute with several values only the whole can be named.
    pub(super) fn parse(resource: Resource, text: &str) -> Result<Self, Refused> {
        let unknown = || Refused::UnknownPath(text.to_owned());
        let (mut path, mut rest) = Self::outermost(resource, text).ok_or_else(unknown)?;
        while !rest.is_empty() {
            let (name, after) = split(rest.strip_prefix('.').ok_or_else(unknown)?);
            let attributes = match path.kind {
                Kind::Structure(attributes) => *attributes,
                Kind::List(_) => return Err(Refused::PartOfList(path.to_string())),
                Kind::Scalar => return Err(unknown()),
            };
            let attribute = attributes::find(attributes, name).ok_or_else(unknown)?;
            path.members.push(attribute.member);
            path.kind = &attribute.kind;
            rest = after;
        }
        Ok(path)
    }

    fn outermost(resource: Resource, text: &str) -> Option<(Self, &str)> {
        if let (Resource::User, Some((start, rest))) =
            (resource, text.split_at_checked(ENTERPRISE.len()))
            && start.eq_ignore_ascii_case(ENTERPRISE)
        {
            let whole = Self {
                members: vec!["Extensions", ENTERPRISE],
                kind: &EXTENSION,
            };
            return Some((whole, rest));
        }
        let (name, rest) = split(text);
        let attribute = attributes::find(changeable(resource), name)?;
        let path = Self {
            members: vec![attribute.member],
            kind: &attribute.kind,
        };
        Some((path, rest))
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.members.as_slice() {
            ["Extensions", extension @ ..] => formatter.write_str(&extension.join(".")),
            members => formatter.write_str(&members.join(".")),
        }
    }
}

fn changeable(resource: Resource) -> impl Iterator<Item = &'static Attribute> {
    let (created, later) = match resource {
        Resource::User => (USER, USER_ONCE_CREATED),
        Resource::Group => (GROUP, GROUP_ONCE_CREATED),
    };
    created.iter().chain(later)
}

/// The name at the start, and what follows with its dot.
fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find('.').unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn members(resource: Resource, text: &str) -> Result<Vec<&'static str>, Refused> {
        Path::parse(resource, text).map(|path| path.members)
    }

    #[test]
    fn attributes_are_named_in_any_case() {
        for text in ["displayName", "DisplayName", "DISPLAYNAME"] {
            assert_eq!(members(Resource::User, text), Ok(vec!["DisplayName"]));
        }
        assert_eq!(
            members(Resource::User, "name.familyName"),
            Ok(vec!["Name", "FamilyName"])
        );
        assert_eq!(
            members(Resource::Group, "description"),
            Ok(vec!["Description"])
        );
    }

    #[test]
    fn the_enterprise_extension_is_named_whole_or_in_part() {
        assert_eq!(
            members(Resource::User, "aws:identitystore:enterprise"),
            Ok(vec!["Extensions", ENTERPRISE])
        );
        assert_eq!(
            members(Resource::User, "aws:identitystore:enterprise.Manager.value"),
            Ok(vec!["Extensions", ENTERPRISE, "manager", "value"])
        );
        for text in [
            "aws:identitystore:enterprise.salary",
            "aws:identitystore:enterprises",
            "aws:identitystore:other",
            "extensions",
        ] {
            assert!(
                matches!(members(Resource::User, text), Err(Refused::UnknownPath(_))),
                "{text}"
            );
        }
        assert!(members(Resource::Group, ENTERPRISE).is_err());
    }

    #[test]
    fn values_of_a_list_are_changed_together() {
        for text in ["emails.value", "phoneNumbers.type", "addresses.locality"] {
            assert!(
                matches!(members(Resource::User, text), Err(Refused::PartOfList(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn what_nobody_may_change_or_nobody_has_is_no_path() {
        for text in [
            "userId",
            "createdAt",
            "revision",
            "password",
            "name.",
            ".name",
            "name.familyName.first",
            "displayName.x",
            "",
        ] {
            assert!(members(Resource::User, text).is_err(), "{text}");
        }
        assert!(members(Resource::Group, "members").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_path_or_is_refused(text in "[a-zA-Z:.\\PC]{0,60}") {
            for resource in [Resource::User, Resource::Group] {
                let _ = Path::parse(resource, &text);
            }
        }

        #[test]
        fn a_path_prints_as_it_is_read(attribute in proptest::sample::select(vec![
            "UserName", "Name.GivenName", "Emails", "aws:identitystore:enterprise.division",
        ])) {
            let path = Path::parse(Resource::User, attribute).unwrap();
            prop_assert_eq!(path.to_string(), attribute);
        }
    }
}
