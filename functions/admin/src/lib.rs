//! The `sso-admin` and `identitystore` protocols (AWS JSON 1.1) for administrators and their programs.

mod model;
mod sigv4;

pub use model::{Operation, Service, ShapeMismatch, parse_body};
pub use sigv4::{Expectations, Protocol, Refusal, SignedRequest, UnverifiedSignature, Verified};
