//! What is accepted and answered: the operations of `sso-admin`, of `identitystore` and of our own with the shapes of
//! their input, output and errors, read from the embedded models (`models/README.md`).

mod body;
mod botocore;
mod constraint;
mod constraints;
mod mismatch;
mod pattern;
mod shape;
mod types;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use serde_json::Value;

pub use body::parse_body;
pub use mismatch::ShapeMismatch;

use constraints::UnknownMembers;
use shape::Shape;

/// All models, by the value of `X-Amz-Target`.
static OPERATIONS: LazyLock<HashMap<String, Operation>> = LazyLock::new(|| {
    // INVARIANT: the files load; `every_operation_of_the_models_is_found` holds that. A file that does not
    // would leave its operations unknown to callers instead of bringing the function down.
    Service::ALL
        .into_iter()
        .flat_map(|service| botocore::operations(service).unwrap_or_default())
        .map(|operation| (operation.target(), operation))
        .collect()
});

/// A service whose protocol this function speaks.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Service {
    /// Permission sets, assignments, applications, the instance.
    SsoAdmin,
    /// Users, groups and memberships.
    IdentityStore,
    /// What AWS has no counterpart for: access keys, invitations, settings, the audit log.
    Vestibule,
}

impl Service {
    /// Each of them.
    const ALL: [Self; 3] = [Self::SsoAdmin, Self::IdentityStore, Self::Vestibule];

    /// What stands before the dot in `X-Amz-Target`.
    #[must_use]
    pub fn target_prefix(self) -> &'static str {
        match self {
            Self::SsoAdmin => "SWBExternalService",
            Self::IdentityStore => "AWSIdentityStore",
            Self::Vestibule => "Vestibule",
        }
    }

    /// The name of the service in the scope of a signature.
    #[must_use]
    pub fn signing_name(self) -> &'static str {
        match self {
            Self::SsoAdmin => "sso",
            Self::IdentityStore => "identitystore",
            Self::Vestibule => "vestibule",
        }
    }

    /// Whose event a record is of something that the service did.
    #[must_use]
    pub fn event_source(self) -> &'static str {
        match self {
            Self::SsoAdmin => "sso.amazonaws.com",
            Self::IdentityStore => "identitystore.amazonaws.com",
            // Not a service of AWS's, so not under its domain.
            Self::Vestibule => "vestibule",
        }
    }

    fn model(self) -> &'static str {
        match self {
            Self::SsoAdmin => include_str!("../../models/sso-admin.json"),
            Self::IdentityStore => include_str!("../../models/identitystore.json"),
            Self::Vestibule => include_str!("../../models/vestibule.json"),
        }
    }
}

/// One operation of a service, with what it accepts and answers.
#[derive(Debug)]
pub struct Operation {
    service: Service,
    name: String,
    input: Arc<Shape>,
    output: Option<Arc<Shape>>,
    errors: BTreeMap<String, Arc<Shape>>,
}

impl Operation {
    /// The operation that an `X-Amz-Target` header names.
    #[must_use]
    pub fn find(target: &str) -> Option<&'static Self> {
        OPERATIONS.get(target)
    }

    /// Every operation of all services, in no order.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        OPERATIONS.values()
    }

    /// The service it belongs to.
    #[must_use]
    pub fn service(&self) -> Service {
        self.service
    }

    /// Its name, for example `CreateUser`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The header that names it, for example `AWSIdentityStore.CreateUser`.
    #[must_use]
    pub fn target(&self) -> String {
        format!("{}.{}", self.service.target_prefix(), self.name)
    }

    /// Refuses an input that does not fit. Members that the model does not know are ignored, as AWS does.
    pub fn validate_input(&self, input: &Value) -> Result<(), ShapeMismatch> {
        types::check(&self.input, input)?;
        constraints::check(&self.input, input, UnknownMembers::Ignored)
    }

    /// Whether an answer is one that AWS could give. Members that the model does not know do not fit.
    pub fn validate_output(&self, output: &Value) -> Result<(), ShapeMismatch> {
        match &self.output {
            Some(shape) => answer(shape, output),
            None if output.as_object().is_some_and(serde_json::Map::is_empty) => Ok(()),
            None => Err(ShapeMismatch::unexpected_output()),
        }
    }

    /// Whether the model says that the operation may fail with this error.
    pub(crate) fn declares(&self, code: &str) -> bool {
        self.errors.contains_key(code)
    }

    /// Whether the operation may fail with this error, and the error's body (without `__type`) fits its shape.
    pub fn validate_error(&self, code: &str, body: &Value) -> Result<(), ShapeMismatch> {
        let shape = self
            .errors
            .get(code)
            .ok_or_else(|| ShapeMismatch::undeclared_error(code))?;
        answer(shape, body)
    }
}

fn answer(shape: &Shape, value: &Value) -> Result<(), ShapeMismatch> {
    types::check(shape, value)?;
    constraints::check(shape, value, UnknownMembers::Refused)
}
