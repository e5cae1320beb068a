//! How often one address, or one person, may do what anybody may do.

use jiff::Timestamp;
use vestibule_shared::network::network;

use crate::Context;
use crate::error::Error;

/// A limit: so many times in a window of so many seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    name: &'static str,
    times: u64,
    seconds: i64,
}

/// An address may be a whole office behind one router.
pub(crate) const REGISTRATIONS: Limit = limit("register", 300, 300);
pub(crate) const DEVICES: Limit = limit("device", 150, 300);
pub(crate) const AUTHORIZATIONS: Limit = limit("authorize", 300, 300);
/// A user code is one of 2.5·10¹⁰ and lasts ten minutes: nobody guesses one in so few attempts (RFC 8628 §5.1).
pub(crate) const USER_CODES_OF_A_USER: Limit = limit("user-code-user", 10, 600);
pub(crate) const USER_CODES_OF_AN_ADDRESS: Limit = limit("user-code-address", 100, 600);

const fn limit(name: &'static str, times: u64, seconds: i64) -> Limit {
    Limit {
        name,
        times,
        seconds,
    }
}

impl Context {
    /// Counts one more attempt from the network of `address`, or refuses it. One write.
    pub(crate) async fn throttle_address(&self, limit: Limit, address: &str) -> Result<(), Error> {
        self.throttle(limit, &network(address)).await
    }

    /// Counts one more attempt of `who`, or refuses it. One write.
    pub(crate) async fn throttle(&self, limit: Limit, who: &str) -> Result<(), Error> {
        let name = format!("{}#{who}", limit.name);
        let now = self.clock.now().as_second();
        let window = now - now.rem_euclid(limit.seconds);
        let end = Timestamp::from_second(window + limit.seconds).unwrap_or(Timestamp::MAX);
        let count = self.sessions.count((&name, window), end).await?;
        if count > limit.times {
            return Err(Error::TooMany);
        }
        Ok(())
    }
}
