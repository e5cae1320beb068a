//! What two functions or more must agree on, and nothing else: identifiers, the tables, sessions and
//! tokens, sealing and signing, audit records, and the layout of pages.

pub mod access_control_attributes;
pub mod arn;
pub mod browser;
pub mod certificate;
pub mod clock;
pub mod edge;
pub mod entry;
pub mod ids;
pub mod management_account;
pub mod network;
pub mod page;
pub mod random;
pub mod saml;
pub mod sealing;
pub mod settings;
pub mod signer;
pub mod sigv4;
pub mod store;
pub mod token;
pub mod web_address;

pub use clock::Clock;
pub use random::Random;
