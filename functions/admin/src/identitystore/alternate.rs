//! Other identifiers than ids: an identity source's own id, or an attribute that only one user or group may have.

use serde::Deserialize;
use serde_json::Value;
use vestibule_shared::store::directory::Claim;

use crate::Error;

/// One of the two; the model sees to that.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AlternateIdentifier {
    external_id: Option<SourceId>,
    unique_attribute: Option<UniqueAttribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SourceId {
    issuer: String,
    id: String,
}

/// An attribute and its value; also the form of a filter.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UniqueAttribute {
    attribute_path: String,
    attribute_value: Value,
}

impl AlternateIdentifier {
    /// What only the wanted user has.
    pub(super) fn of_user(self) -> Result<Claim, Error> {
        match (self.external_id, self.unique_attribute) {
            (Some(SourceId { issuer, id }), _) => Ok(Claim::UserExternalId { issuer, id }),
            (None, Some(attribute)) => attribute.of_user(),
            (None, None) => Err(neither()),
        }
    }

    /// What only the wanted group has.
    pub(super) fn of_group(self) -> Result<Claim, Error> {
        match (self.external_id, self.unique_attribute) {
            (Some(SourceId { issuer, id }), _) => Ok(Claim::GroupExternalId { issuer, id }),
            (None, Some(attribute)) => attribute.of_group(),
            (None, None) => Err(neither()),
        }
    }
}

impl UniqueAttribute {
    /// `userName` or `emails.value`, in any case.
    pub(super) fn of_user(self) -> Result<Claim, Error> {
        let (path, value) = self.read()?;
        match path.as_str() {
            "username" => Ok(Claim::UserName(value)),
            "emails.value" => Ok(Claim::Email(value)),
            _ => Err(unsupported()),
        }
    }

    /// `displayName`, in any case.
    pub(super) fn of_group(self) -> Result<Claim, Error> {
        let (path, value) = self.read()?;
        match path.as_str() {
            "displayname" => Ok(Claim::GroupName(value)),
            _ => Err(unsupported()),
        }
    }

    fn read(self) -> Result<(String, String), Error> {
        match self.attribute_value {
            Value::String(value) => Ok((self.attribute_path.to_ascii_lowercase(), value)),
            _ => Err(Error::validation("The attribute value must be a string.")),
        }
    }
}

fn unsupported() -> Error {
    Error::validation("The attribute path is not that of a unique attribute.")
}

fn neither() -> Error {
    Error::validation("One of ExternalId and UniqueAttribute is required.")
}
