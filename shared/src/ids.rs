//! Identifiers as types that parse: a value of one of these is well formed. Patterns as published for
//! sso-admin and identitystore.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Random;

/// A text that is no identifier of the wanted kind. The text itself is not repeated: it may be anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct InvalidId(pub(crate) &'static str);

macro_rules! identifier {
    ($(#[$documentation:meta])* $name:ident, $kind:literal, $check:expr) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses the text form.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId($kind)) }
            }

            /// The text form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

identifier!(
    /// An AWS account: twelve digits.
    AccountId, "account id",
    |text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
);
identifier!(
    /// An instance: `ssoins-` and 16 hexadecimal digits.
    InstanceId, "instance id",
    |text| prefixed_hex(text, "ssoins-", 16)
);
identifier!(
    /// An identity store: `d-` and 10 hexadecimal digits.
    IdentityStoreId, "identity store id",
    |text| prefixed_hex(text, "d-", 10)
);
identifier!(
    /// A permission set: `ps-` and 16 hexadecimal digits.
    PermissionSetId, "permission set id",
    |text| prefixed_hex(text, "ps-", 16)
);
identifier!(
    /// An application: `apl-` and 16 hexadecimal digits.
    ApplicationId, "application id",
    |text| prefixed_hex(text, "apl-", 16)
);
identifier!(
    /// A trusted token issuer: `tti-` and a UUID.
    TokenIssuerId, "trusted token issuer id",
    |text| text.strip_prefix("tti-").is_some_and(is_uuid)
);
identifier!(
    /// A user: a UUID, with or without ten hexadecimal digits before it.
    UserId, "user id", directory_id
);
identifier!(
    /// A group: a UUID, with or without ten hexadecimal digits before it.
    GroupId, "group id", directory_id
);
identifier!(
    /// A membership of a user in a group.
    MembershipId, "membership id", directory_id
);
identifier!(
    /// A request whose outcome is asked for later: a UUID.
    RequestId, "request id", is_uuid
);
identifier!(
    /// The name of a permission set: 1 to 32 of `[\w+=,.@-]`. In the portal protocol it is the role name.
    PermissionSetName, "permission set name",
    |text| (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
);

impl InstanceId {
    /// A new random id.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(format!("ssoins-{}", random.hex::<8>()))
    }

    /// The 16 digits, from which names in member accounts derive.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches("ssoins-")
    }
}

impl IdentityStoreId {
    /// A new random id.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(format!("d-{}", random.hex::<5>()))
    }

    /// The ten digits with which directory ids begin.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches("d-")
    }
}

impl PermissionSetId {
    /// A new random id.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(format!("ps-{}", random.hex::<8>()))
    }

    /// The 16 digits, with which the role's name ends.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches("ps-")
    }
}

impl ApplicationId {
    /// A new random id.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(format!("apl-{}", random.hex::<8>()))
    }
}

impl TokenIssuerId {
    /// A new random id.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(format!("tti-{}", random.uuid()))
    }
}

impl UserId {
    /// A new random id in `store`.
    #[must_use]
    pub fn generate(store: &IdentityStoreId, random: &Random) -> Self {
        Self(format!("{}-{}", store.digits(), random.uuid()))
    }
}

impl GroupId {
    /// A new random id in `store`.
    #[must_use]
    pub fn generate(store: &IdentityStoreId, random: &Random) -> Self {
        Self(format!("{}-{}", store.digits(), random.uuid()))
    }
}

impl MembershipId {
    /// A new random id in `store`.
    #[must_use]
    pub fn generate(store: &IdentityStoreId, random: &Random) -> Self {
        Self(format!("{}-{}", store.digits(), random.uuid()))
    }
}

impl RequestId {
    /// A new random id.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self(random.uuid().to_string())
    }
}

/// Whom an assignment lets in: a user or every member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "UPPERCASE")]
pub enum Principal {
    /// One user.
    User(UserId),
    /// The members of a group.
    Group(GroupId),
}

impl Principal {
    /// Parses the two members of the sso-admin API, `PrincipalType` and `PrincipalId`.
    pub fn parse(kind: &str, id: &str) -> Result<Self, InvalidId> {
        match kind {
            "USER" => UserId::parse(id).map(Self::User),
            "GROUP" => GroupId::parse(id).map(Self::Group),
            _ => Err(InvalidId("principal type")),
        }
    }

    /// `USER` or `GROUP`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "USER",
            Self::Group(_) => "GROUP",
        }
    }

    /// The id without its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Group(id) => id.as_str(),
        }
    }

    /// The partition key of the principal's items: `USER#<id>` or `GROUP#<id>`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}#{}", self.kind(), self.id())
    }

    /// Parses what [`Principal::key`] wrote.
    pub fn parse_key(key: &str) -> Result<Self, InvalidId> {
        let (kind, id) = key.split_once('#').ok_or(InvalidId("principal"))?;
        Self::parse(kind, id)
    }
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn prefixed_hex(text: &str, prefix: &str, digits: usize) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == digits && is_lower_hex(rest))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| is_lower_hex(group))
}

fn directory_id(text: &str) -> bool {
    is_uuid(text)
        || text.split_once('-').is_some_and(|(prefix, rest)| {
            prefix.len() == 10 && is_lower_hex(prefix) && is_uuid(rest)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn random() -> Random {
        Random::new(|buffer| buffer.fill(0xab))
    }

    #[test]
    fn generated_ids_parse() {
        let store = IdentityStoreId::generate(&random());
        assert!(UserId::parse(UserId::generate(&store, &random()).as_str()).is_ok());
        assert!(InstanceId::parse(InstanceId::generate(&random()).as_str()).is_ok());
        assert!(PermissionSetId::parse(PermissionSetId::generate(&random()).as_str()).is_ok());
        assert!(ApplicationId::parse(ApplicationId::generate(&random()).as_str()).is_ok());
        assert!(TokenIssuerId::parse(TokenIssuerId::generate(&random()).as_str()).is_ok());
        assert!(RequestId::parse(RequestId::generate(&random()).as_str()).is_ok());
    }

    #[test]
    fn ids_of_another_kind_or_case_are_refused() {
        assert!(AccountId::parse("12345678901").is_err());
        assert!(AccountId::parse("12345678901٣").is_err());
        assert!(PermissionSetId::parse("ps-ABCDEF0123456789").is_err());
        assert!(UserId::parse("USER#x").is_err());
        assert!(PermissionSetName::parse("with space").is_err());
    }

    proptest! {
        #[test]
        fn a_principal_survives_its_key(digits in "[0-9a-f]{10}", uuid in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}") {
            let principal = Principal::parse("GROUP", &format!("{digits}-{uuid}")).unwrap();
            prop_assert_eq!(Principal::parse_key(&principal.key()).unwrap(), principal);
        }

        #[test]
        fn no_text_makes_a_parser_panic(text in "\\PC{0,80}") {
            let _ = Principal::parse_key(&text);
            let _ = UserId::parse(&text);
            let _ = AccountId::parse(&text);
        }
    }
}
