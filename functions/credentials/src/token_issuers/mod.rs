//! The keys of trusted token issuers: fetched from where their discovery documents say, over connections that lead to
//! public addresses only, and remembered for some minutes.
//!
//! OpenID Connect Discovery 1.0 §4; RFC 8725 §3.8 to §3.10.

mod address;
mod connection;
mod discovery;
mod remembered;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio_rustls::rustls::RootCertStore;

pub use address::is_public;
pub(crate) use connection::Unreachable;
use connection::{AllowedAddresses, Outside};
use remembered::{Plan, Remembered};

use crate::jwt::KeySet;

/// How long finding an issuer's keys may take altogether: a person may be waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest discovery document, in bytes.
const LARGEST_DOCUMENT: usize = 64 * 1024;
/// The largest key set, in bytes.
const LARGEST_KEY_SET: usize = 256 * 1024;

/// The trusted token issuers as far as the world outside is concerned.
#[derive(Clone)]
pub struct TokenIssuers(Arc<Inner>);

struct Inner {
    outside: Outside,
    /// Held while keys are fetched, so that nobody else fetches them too.
    remembered: Mutex<Remembered>,
}

impl TokenIssuers {
    /// Reached at public addresses, known by the certificates that the system trusts.
    #[must_use]
    pub fn public() -> Self {
        Self::new(is_public, None)
    }

    /// Reached at the addresses that `allowed` says, known by certificates of `roots`: for tests, whose issuers are on the same
    /// machine.
    #[must_use]
    pub fn reached(allowed: AllowedAddresses, roots: RootCertStore) -> Self {
        Self::new(allowed, Some(roots))
    }

    fn new(allowed: AllowedAddresses, roots: Option<RootCertStore>) -> Self {
        Self(Arc::new(Inner {
            outside: Outside::new(allowed, roots),
            remembered: Mutex::default(),
        }))
    }

    /// The keys of `issuer_url`. They are fetched again when they are old, or when the key with `key_id` is not among them,
    /// but not more often than is decent.
    pub(crate) async fn keys(
        &self,
        issuer_url: &str,
        key_id: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, Unreachable> {
        let mut remembered = self.0.remembered.lock().await;
        match remembered.plan(issuer_url, key_id, now) {
            Plan::Use(keys) => Ok(keys),
            Plan::Wait => Err(Unreachable::TriedBefore),
            Plan::Fetch => {
                remembered.asked(issuer_url, now);
                let fetched = tokio::time::timeout(PATIENCE, self.fetch(issuer_url)).await;
                let keys = Arc::new(fetched.map_err(|_| Unreachable::Slow)??);
                remembered.found(issuer_url, (Arc::clone(&keys), now));
                Ok(keys)
            }
        }
    }

    async fn fetch(&self, issuer_url: &str) -> Result<KeySet, Unreachable> {
        let outside = &self.0.outside;
        let url = discovery::document_url(issuer_url).ok_or(Unreachable::Address)?;
        let document = outside.get(&url, LARGEST_DOCUMENT).await?;
        let url = discovery::key_set_url(&document, issuer_url).ok_or(Unreachable::Document)?;
        let keys = outside.get(&url, LARGEST_KEY_SET).await?;
        KeySet::parse(&keys).ok_or(Unreachable::Document)
    }
}

impl fmt::Debug for TokenIssuers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenIssuers")
    }
}
