//! Access control by attributes: which attributes of a user become tags of their sessions in accounts ("Attributes for access
//! control" in the IAM Identity Center user guide, "Pass session tags in AWS STS" in the IAM user guide).
//!
//! A user who lacks an attribute has no tag of it, as in AWS: a policy that lets nobody without the tag in says so. An
//! attribute that is there and that AWS would not take as a tag lets the user in nowhere: a policy may deny by the tag, so
//! that leaving it out could open what the attribute closes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::store::access::Instance;
use crate::store::directory::{Address, Contact, Name, User};

/// How many attributes an instance passes on, as STS takes no more tags.
pub const MOST: usize = 50;
/// STS's limit, in characters of a tag's value.
const LONGEST_VALUE: usize = 256;
/// What tags of users' own must not begin with.
const RESERVED: &str = "aws:";
/// The extension of a user with what an employer knows (RFC 7643 §4.3).
const ENTERPRISE: &str = "aws:identitystore:enterprise";

type Read = fn(&User) -> Option<&str>;

const USER_NAME: Read = |user| Some(&user.user_name);

/// Every expression that AWS documents for a directory of its own and for one that an identity provider fills.
const SOURCES: &[(&str, Read)] = &[
    ("path:userName", USER_NAME),
    ("path:name.familyName", family_name),
    ("path:name.givenName", given_name),
    ("path:displayName", display_name),
    ("path:nickName", |user| user.profile.nick_name.as_deref()),
    ("path:emails[primary eq true].value", email),
    (r#"path:addresses[type eq "work"].streetAddress"#, |user| {
        work_address(user)?.street_address.as_deref()
    }),
    (r#"path:addresses[type eq "work"].locality"#, |user| {
        work_address(user)?.locality.as_deref()
    }),
    (r#"path:addresses[type eq "work"].region"#, |user| {
        work_address(user)?.region.as_deref()
    }),
    (r#"path:addresses[type eq "work"].postalCode"#, |user| {
        work_address(user)?.postal_code.as_deref()
    }),
    (r#"path:addresses[type eq "work"].country"#, |user| {
        work_address(user)?.country.as_deref()
    }),
    (r#"path:addresses[type eq "work"].formatted"#, |user| {
        work_address(user)?.formatted.as_deref()
    }),
    (r#"path:phoneNumbers[type eq "work"].value"#, |user| {
        let mut numbers = user.profile.phone_numbers.iter();
        numbers
            .find(|number| is_work(number.kind.as_ref()))?
            .value
            .as_deref()
    }),
    ("path:userType", |user| user.profile.user_type.as_deref()),
    ("path:title", |user| user.profile.title.as_deref()),
    ("path:locale", |user| user.profile.locale.as_deref()),
    ("path:timezone", |user| user.profile.timezone.as_deref()),
    ("path:enterprise.employeeNumber", |user| {
        enterprise(user)?.get("employeeNumber")?.as_str()
    }),
    ("path:enterprise.costCenter", |user| {
        enterprise(user)?.get("costCenter")?.as_str()
    }),
    ("path:enterprise.organization", |user| {
        enterprise(user)?.get("organization")?.as_str()
    }),
    ("path:enterprise.division", |user| {
        enterprise(user)?.get("division")?.as_str()
    }),
    ("path:enterprise.department", |user| {
        enterprise(user)?.get("department")?.as_str()
    }),
    ("path:enterprise.manager.value", |user| {
        enterprise(user)?.get("manager")?.get("value")?.as_str()
    }),
    ("user:subject", USER_NAME),
    ("user:preferredUsername", USER_NAME),
    ("user:email", email),
    ("user:name", display_name),
    ("user:displayName", display_name),
    ("user:givenName", given_name),
    ("user:familyName", family_name),
    ("user:middleName", |user| name(user)?.middle_name.as_deref()),
];

/// An expression that names an attribute of users, such as `${path:enterprise.costCenter}`.
#[derive(Debug, Clone, Copy)]
pub struct Source(Read);

/// Why a user's attributes cannot go with them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// An attribute of the user's has a value that AWS takes as no tag's; the text is the tag's key.
    #[error("the user's attribute for the tag `{0}` has a value that AWS does not take")]
    Value(String),
    /// All of them together are more than AWS takes in one session.
    #[error("the user's attributes are longer than AWS takes for one session")]
    Length,
}

/// Why a configuration cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotConfigurable {
    /// An expression that names no attribute of users.
    #[error("`{0}` names no attribute of users that can be passed on")]
    Source(String),
    /// Two keys that STS takes for one, or one key twice.
    #[error("the key `{0}` occurs twice; keys that differ only in case are the same")]
    Twice(String),
    /// A key that AWS keeps for itself.
    #[error("the key `{0}` begins with `aws:`, which is reserved")]
    Reserved(String),
    /// More than STS takes.
    #[error("there are more than 50 attributes")]
    TooMany,
}

impl Refused {
    /// What it is called in an audit record; STS's name where it has one.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Value(_) => "InvalidPrincipalTag",
            Self::Length => "PackedPolicyTooLarge",
        }
    }
}

impl Source {
    /// Reads an expression; `None` when it names no attribute that can be passed on.
    #[must_use]
    pub fn parse(expression: &str) -> Option<Self> {
        let inner = expression.strip_prefix("${")?.strip_suffix('}')?;
        let mut sources = SOURCES.iter();
        sources
            .find(|(source, _)| *source == inner)
            .map(|(_, read)| Self(*read))
    }

    /// The attribute's value. An empty one is none, as in SCIM (RFC 7643 §2.5).
    fn read(self, user: &User) -> Option<&str> {
        self.0(user).filter(|value| !value.is_empty())
    }
}

/// What an instance is to pass on: tag key to expression, each key once. Their characters and lengths are the model's part.
pub fn configuration(
    attributes: impl IntoIterator<Item = (String, String)>,
) -> Result<BTreeMap<String, String>, NotConfigurable> {
    let mut known = BTreeSet::new();
    let mut configured = BTreeMap::new();
    for (key, expression) in attributes {
        let folded = key.to_lowercase();
        if folded.starts_with(RESERVED) {
            return Err(NotConfigurable::Reserved(key));
        }
        if Source::parse(&expression).is_none() {
            return Err(NotConfigurable::Source(expression));
        }
        if !known.insert(folded) {
            return Err(NotConfigurable::Twice(key));
        }
        configured.insert(key, expression);
    }
    if configured.len() > MOST {
        return Err(NotConfigurable::TooMany);
    }
    Ok(configured)
}

/// The tags of every session of `user` in an account: none while access control by attributes is not configured.
pub fn principal_tags(
    instance: &Instance,
    user: &User,
) -> Result<BTreeMap<String, String>, Refused> {
    let mut tags = BTreeMap::new();
    for (key, expression) in instance.access_control_attributes.iter().flatten() {
        // What was configured can be read, or somebody has changed it behind our back.
        let source = Source::parse(expression).ok_or_else(|| Refused::Value(key.clone()))?;
        let Some(value) = source.read(user) else {
            continue;
        };
        if !is_tag_value(value) {
            return Err(Refused::Value(key.clone()));
        }
        tags.insert(key.clone(), value.to_owned());
    }
    Ok(tags)
}

/// What STS takes: letters, separators and numbers of any script, and a few signs. Some marks that this takes for letters it
/// does not, and refuses the session itself.
fn is_tag_value(value: &str) -> bool {
    value.encode_utf16().count() <= LONGEST_VALUE && value.chars().all(is_tag_character)
}

fn is_tag_character(character: char) -> bool {
    character.is_alphabetic()
        || character.is_numeric()
        || is_separator(character)
        || "_.:/=+-@".contains(character)
}

/// Unicode's general categories Zs, Zl and Zp: white space that is no control character.
fn is_separator(character: char) -> bool {
    character.is_whitespace() && !character.is_control()
}

fn display_name(user: &User) -> Option<&str> {
    user.profile.display_name.as_deref()
}

fn name(user: &User) -> Option<&Name> {
    user.profile.name.as_ref()
}

fn family_name(user: &User) -> Option<&str> {
    name(user)?.family_name.as_deref()
}

fn given_name(user: &User) -> Option<&str> {
    name(user)?.given_name.as_deref()
}

fn email(user: &User) -> Option<&str> {
    let mut emails = user.profile.emails.iter();
    let primary: &Contact = emails.find(|email| email.primary)?;
    primary.value.as_deref()
}

fn work_address(user: &User) -> Option<&Address> {
    let mut addresses = user.profile.addresses.iter();
    addresses.find(|address| is_work(address.kind.as_ref()))
}

fn is_work(kind: Option<&String>) -> bool {
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("work"))
}

fn enterprise(user: &User) -> Option<&Map<String, Value>> {
    user.profile.extensions.get(ENTERPRISE)?.as_object()
}

#[cfg(test)]
mod tests;
