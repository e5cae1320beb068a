//! The attributes of users and groups that operations name: what they are called in the model, and what is inside
//! them. Callers write them in any case (`userName`, `UserName`), as in SCIM (RFC 7643 §2.1).

/// The one extension there is: the enterprise attributes of SCIM (RFC 7643 §4.3).
pub(super) const ENTERPRISE: &str = "aws:identitystore:enterprise";

/// An attribute of a user or a group.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    /// The member of the model's shape.
    pub(super) member: &'static str,
    pub(super) kind: Kind,
}

/// What an attribute holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text, or whether something is the case.
    Scalar,
    /// Members that can be changed one by one.
    Structure(&'static [Attribute]),
    /// Elements with these members; changed as a whole.
    List(&'static [Attribute]),
}

const fn scalar(member: &'static str) -> Attribute {
    Attribute {
        member,
        kind: Kind::Scalar,
    }
}

const fn list(member: &'static str, members: &'static [Attribute]) -> Attribute {
    Attribute {
        member,
        kind: Kind::List(members),
    }
}

const fn structure(member: &'static str, members: &'static [Attribute]) -> Attribute {
    Attribute {
        member,
        kind: Kind::Structure(members),
    }
}

const NAME: &[Attribute] = &[
    scalar("Formatted"),
    scalar("FamilyName"),
    scalar("GivenName"),
    scalar("MiddleName"),
    scalar("HonorificPrefix"),
    scalar("HonorificSuffix"),
];
const CONTACT: &[Attribute] = &[scalar("Value"), scalar("Type"), scalar("Primary")];
const ADDRESS: &[Attribute] = &[
    scalar("StreetAddress"),
    scalar("Locality"),
    scalar("Region"),
    scalar("PostalCode"),
    scalar("Country"),
    scalar("Formatted"),
    scalar("Type"),
    scalar("Primary"),
];
const PHOTO: &[Attribute] = &[
    scalar("Value"),
    scalar("Type"),
    scalar("Display"),
    scalar("Primary"),
];
const EXTERNAL_ID: &[Attribute] = &[scalar("Issuer"), scalar("Id")];

/// The attributes of a user that `CreateUser` takes.
pub(super) const USER: &[Attribute] = &[
    scalar("UserName"),
    structure("Name", NAME),
    scalar("DisplayName"),
    scalar("NickName"),
    scalar("ProfileUrl"),
    list("Emails", CONTACT),
    list("Addresses", ADDRESS),
    list("PhoneNumbers", CONTACT),
    scalar("UserType"),
    scalar("Title"),
    scalar("PreferredLanguage"),
    scalar("Locale"),
    scalar("Timezone"),
    list("Photos", PHOTO),
    scalar("Website"),
    scalar("Birthdate"),
    list("Roles", CONTACT),
];

/// The attributes of a user that only `UpdateUser` takes.
pub(super) const USER_ONCE_CREATED: &[Attribute] =
    &[scalar("UserStatus"), list("ExternalIds", EXTERNAL_ID)];

/// The attributes of a group that `CreateGroup` takes.
pub(super) const GROUP: &[Attribute] = &[scalar("DisplayName"), scalar("Description")];

/// The attributes of a group that only `UpdateGroup` takes.
pub(super) const GROUP_ONCE_CREATED: &[Attribute] = &[list("ExternalIds", EXTERNAL_ID)];

/// What is inside [`ENTERPRISE`], in the words of SCIM.
pub(super) const ENTERPRISE_ATTRIBUTES: &[Attribute] = &[
    scalar("employeeNumber"),
    scalar("costCenter"),
    scalar("organization"),
    scalar("division"),
    scalar("department"),
    structure(
        "manager",
        &[scalar("value"), scalar("displayName"), scalar("$ref")],
    ),
];

/// The attribute that a caller calls `name`, in any case.
pub(super) fn find<'a>(
    attributes: impl IntoIterator<Item = &'a Attribute>,
    name: &str,
) -> Option<&'a Attribute> {
    attributes
        .into_iter()
        .find(|attribute| attribute.member.eq_ignore_ascii_case(name))
}
