//! The tables of `template.yaml`, without AWS: the template itself as plain types, a DynamoDB engine inside the
//! process behind the ordinary SDK client, and the streams that wake functions. For `local` and for tests; no
//! Lambda links this.

mod engine;
mod external;
mod filter;
pub mod fixture;
mod provisioning;
mod stream;
mod template;

pub use engine::{Endpoint, Engine, EngineError};
pub use external::External;
pub use filter::{FilterError, FilterPattern};
pub use provisioning::{ProvisioningError, TableNames, create_tables};
pub use stream::{Batch, StreamError, StreamReader};
pub use template::{
    AttributeDefinition, EnvironmentValue, FunctionDefinition, IndexDefinition, Key, KeyKind,
    LeadingKey, Method, Route, Schedule, StreamSubscription, TableDefinition, TablePermission,
    Template, TemplateError,
};

/// The region that the engine answers for, in ARNs and in stream records.
pub const REGION: &str = "us-east-1";
