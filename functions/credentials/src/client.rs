//! The secret that registrations are authenticated with: opened once in five minutes.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use vestibule_shared::sealing::Sealer;
use vestibule_shared::store::keys::{CLIENT_REGISTRATION_SECRET, Keys};

use crate::error::Error;
use crate::oauth::ClientKeys;

const REMEMBERED: SignedDuration = SignedDuration::from_mins(5);

/// Knows programs again that registered here.
#[derive(Clone)]
pub struct Registrations {
    keys: Keys,
    sealer: Sealer,
    opened: Arc<Mutex<Option<Opened>>>,
}

struct Opened {
    keys: Arc<ClientKeys>,
    since: Timestamp,
}

impl Registrations {
    /// With the instance's secret in `keys`, which `sealer` opens.
    #[must_use]
    pub fn new(keys: Keys, sealer: Sealer) -> Self {
        Self {
            keys,
            sealer,
            opened: Arc::default(),
        }
    }

    /// The keys of registrations: one read when they are not remembered.
    pub(crate) async fn keys(&self, now: Timestamp) -> Result<Arc<ClientKeys>, Error> {
        if let Some(keys) = self.remembered(now) {
            return Ok(keys);
        }
        let name = CLIENT_REGISTRATION_SECRET;
        let sealed = self.keys.find_instance_secret(name).await?;
        let sealed = sealed.ok_or(Error::NotEnabled)?;
        let secret = self.sealer.open(name, &sealed, now).await?;
        let keys = Arc::new(ClientKeys::derive(&secret));
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        *opened = Some(Opened {
            keys: Arc::clone(&keys),
            since: now,
        });
        Ok(keys)
    }

    fn remembered(&self, now: Timestamp) -> Option<Arc<ClientKeys>> {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = opened.as_ref()?;
        (now.duration_since(opened.since) < REMEMBERED).then(|| Arc::clone(&opened.keys))
    }
}

impl fmt::Debug for Registrations {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Registrations")
    }
}
