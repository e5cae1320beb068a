//! The DynamoDB API inside this process: dynoxide on `SQLite`, in memory or in a file that several processes may
//! share, behind the ordinary SDK client.

mod authorization;
mod connector;
mod endpoint;
mod operations;
mod stream_records;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, IdentityCache, Region, StalledStreamProtectionConfig, retry::RetryConfig,
};
use aws_sdk_dynamodb::{Client, Config};
use dynoxide::{Database, DynoxideError};

use crate::provisioning::{ProvisioningError, TableNames, create_tables};
use crate::template::{FunctionDefinition, Template};
use authorization::Role;
use connector::InProcess;
pub use endpoint::Endpoint;

/// Opening is tried this often while another process holds the file: two that create it at the same instant can
/// collide in the switch to the write-ahead log, which the file's own busy time-out does not cover.
const OPEN_ATTEMPTS: u32 = 40;
const OPEN_PAUSE: Duration = Duration::from_millis(50);

/// A set of tables, in memory or in a file. Clones share it.
#[derive(Clone)]
pub struct Engine {
    database: Database,
    file: Option<Arc<PathBuf>>,
}

/// Why an engine did not answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The path cannot be handed to the engine.
    #[error("the path of the tables is not valid UTF-8")]
    Path,
    /// The engine refused or failed; the text is its own.
    #[error("the embedded tables failed: {0}")]
    Database(#[from] DynoxideError),
    /// The thread that asked the engine ended early.
    #[error("the embedded tables were interrupted")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Empty tables that end with the last clone.
    pub fn memory() -> Result<Self, EngineError> {
        Ok(Self {
            database: Database::memory()?,
            file: None,
        })
    }

    /// The tables in the file at `path`, which is made when it is not there. Other processes may have it open.
    ///
    /// Blocks while another process holds the file, for some seconds at most.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        let name = path.to_str().ok_or(EngineError::Path)?;
        let mut attempt = 1;
        loop {
            match Self::open_once(path, name) {
                Err(error) if attempt < OPEN_ATTEMPTS && error.is_locked() => {
                    attempt += 1;
                    sleep(OPEN_PAUSE);
                }
                opened => return opened,
            }
        }
    }

    fn open_once(path: &Path, name: &str) -> Result<Self, EngineError> {
        let database = Database::new(name)?;
        stream_records::index(path)?;
        Ok(Self {
            database,
            file: Some(Arc::new(path.to_owned())),
        })
    }

    /// An SDK client whose requests this engine answers. It neither retries nor times out, and needs no credentials
    /// and no network.
    #[must_use]
    pub fn client(&self) -> Client {
        self.connect(None)
    }

    /// The same, for one function: what its role in the template does not allow is refused as AWS would refuse it.
    #[must_use]
    pub fn client_of(&self, function: &FunctionDefinition, names: &TableNames) -> Client {
        self.connect(Some(role(function, names)))
    }

    /// What that client talks to, for a process that needs a socket to talk to.
    #[must_use]
    pub fn endpoint_of(&self, function: &FunctionDefinition, names: &TableNames) -> Endpoint {
        Endpoint::new(self.clone(), Some(role(function, names)))
    }

    fn connect(&self, role: Option<Role>) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(crate::REGION))
            .endpoint_url("http://tables.invalid")
            .allow_no_auth()
            .identity_cache(IdentityCache::no_cache())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(InProcess(Endpoint::new(self.clone(), role)))
            .build();
        Client::from_conf(config)
    }

    /// Makes the template's tables, named `<prefix>-directory` and so on, where they are missing.
    pub async fn create_tables(
        &self,
        template: &Template,
        prefix: &str,
    ) -> Result<TableNames, ProvisioningError> {
        create_tables(&self.client(), template, prefix).await
    }

    /// Deletes the items whose time to live is over and the stream records that are older than a day, as DynamoDB
    /// does by itself; answers how many items there were. Tables in memory keep their stream records.
    pub async fn delete_expired(&self) -> Result<usize, EngineError> {
        let file = self.file.clone();
        self.run(move |database| {
            let items = database.sweep_ttl()?;
            if let Some(file) = file {
                stream_records::delete_old(&file)?;
            }
            Ok(items)
        })
        .await
    }

    /// Runs a call that blocks where it does not hold up the runtime; without a runtime, here.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Database) -> Result<T, DynoxideError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let database = self.database.clone();
        let answer = match tokio::runtime::Handle::try_current() {
            Ok(runtime) => runtime
                .spawn_blocking(move || call(&database))
                .await
                .map_err(EngineError::Interrupted)?,
            Err(_) => call(&database),
        };
        Ok(answer?)
    }
}

fn role(function: &FunctionDefinition, names: &TableNames) -> Role {
    Role::new(&function.binary, &function.permissions, names)
}

impl EngineError {
    fn is_locked(&self) -> bool {
        let text = self.to_string();
        text.contains("database is locked") || text.contains("database is busy")
    }
}
