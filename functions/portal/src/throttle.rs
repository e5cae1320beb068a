//! How often a password may be tried. Attempts are counted before the password is looked at, per name and place, so
//! that parallel ones count too; a success is forgotten. What strangers do elsewhere never counts against a browser in
//! which the user has signed in before, and costs other browsers at most their second attempt: nobody is locked out.

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use vestibule_shared::store;
use vestibule_shared::store::directory::fold;
use vestibule_shared::store::sessions::Sessions;

use crate::device::KnownDevice;
use vestibule_shared::network::network;

const QUARTER: i64 = 15 * 60;
const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// Failures from one place within a quarter of an hour, whoever the users were.
const MOST_FROM_A_PLACE: u64 = 100;
/// Failures of one user within an hour in browsers that are not known, after which those have one attempt a day.
const MOST_OF_A_USER: u64 = 50;
/// Attempts of one user from one place, or in one known browser, within a quarter of an hour.
const MOST_AT_A_TIME: u64 = 10;

/// Whose password is tried, and where.
pub(crate) struct Attempt<'a> {
    /// Names what was typed as a name, whether or not a user has it.
    subject: String,
    /// The place.
    network: String,
    /// The browser, if it is known.
    device: Option<&'a KnownDevice>,
    now: Timestamp,
}

/// The attempt may not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    /// When another may be.
    pub(crate) retry_after: SignedDuration,
    /// Whether it is the first one that is refused, which is worth a record.
    pub(crate) first: bool,
}

/// An attempt that was counted.
#[derive(Debug)]
pub(crate) struct Counted {
    name: String,
    window: i64,
}

/// How many attempts under which name, within how many seconds.
#[derive(Debug, PartialEq, Eq)]
struct Allowance {
    name: String,
    seconds: i64,
    most: u64,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(
        (user_name, address): (&str, &str),
        device: Option<&'a KnownDevice>,
        now: Timestamp,
    ) -> Self {
        let name = fold(user_name);
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, name.as_bytes());
        Self {
            subject: HEXLOWER.encode(hash.as_ref()),
            network: network(address),
            device,
            now,
        }
    }

    /// Counts the attempt, unless it may not be made.
    pub(crate) async fn begin(
        &self,
        sessions: &Sessions,
    ) -> Result<Result<Counted, Refused>, store::Error> {
        let place = (self.place(), self.window(QUARTER));
        let user = (self.user(), self.window(HOUR));
        let (of_place, of_user) = tokio::try_join!(
            sessions.counted((&place.0, place.1)),
            sessions.counted((&user.0, user.1)),
        )?;
        if self.device.is_none() && of_place >= MOST_FROM_A_PLACE {
            let refusals = format!("REFUSED#{}", self.network);
            let refused = sessions.count((&refusals, place.1), self.end(QUARTER));
            return Ok(Err(self.refused(QUARTER, refused.await? == 1)));
        }
        let Allowance {
            name,
            seconds,
            most,
        } = self.allowance(of_user);
        let window = self.window(seconds);
        let count = sessions.count((&name, window), self.end(seconds)).await?;
        Ok(if count <= most {
            Ok(Counted { name, window })
        } else {
            Err(self.refused(seconds, count == most + 1))
        })
    }

    /// The password was not right.
    pub(crate) async fn fail(&self, sessions: &Sessions) -> Result<(), store::Error> {
        if self.device.is_some() {
            return Ok(());
        }
        let (place, user) = (self.place(), self.user());
        tokio::try_join!(
            sessions.count((&place, self.window(QUARTER)), self.end(QUARTER)),
            sessions.count((&user, self.window(HOUR)), self.end(HOUR)),
        )?;
        Ok(())
    }

    fn allowance(&self, failures_of_user: u64) -> Allowance {
        let Self {
            subject, network, ..
        } = self;
        match self.device {
            Some(device) => Allowance {
                name: format!("DEVICE#{subject}#{}", device.id()),
                seconds: QUARTER,
                most: MOST_AT_A_TIME,
            },
            None if failures_of_user < MOST_OF_A_USER => Allowance {
                name: format!("PLACE#{subject}#{network}"),
                seconds: QUARTER,
                most: MOST_AT_A_TIME,
            },
            None => Allowance {
                name: format!("GUESSED#{subject}#{network}"),
                seconds: DAY,
                most: 1,
            },
        }
    }

    fn place(&self) -> String {
        format!("FROM#{}", self.network)
    }

    fn user(&self) -> String {
        format!("OF#{}", self.subject)
    }

    fn window(&self, seconds: i64) -> i64 {
        self.now.as_second().div_euclid(seconds)
    }

    /// When a window that has begun by now is over at the latest.
    fn end(&self, seconds: i64) -> Timestamp {
        self.now + SignedDuration::from_secs(seconds)
    }

    fn refused(&self, seconds: i64, first: bool) -> Refused {
        let over = self.now.as_second().rem_euclid(seconds);
        Refused {
            retry_after: SignedDuration::from_secs(seconds - over),
            first,
        }
    }
}

impl Counted {
    /// The password was right: the attempts before it are forgiven.
    pub(crate) async fn forgive(&self, sessions: &Sessions) -> Result<(), store::Error> {
        sessions.forget_count((&self.name, self.window)).await
    }
}

impl Refused {
    /// `in 12 minutes`, for people.
    pub(crate) fn in_words(self) -> String {
        let minutes = (self.retry_after.as_secs() + 59) / 60;
        match minutes {
            ..=1 => "in a minute".to_owned(),
            2..=90 => format!("in {minutes} minutes"),
            _ => format!("in {} hours", (minutes + 59) / 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_elsewhere_cost_an_unknown_browser_at_most_its_second_attempt() {
        let attempt = Attempt::new(("Alice", "192.0.2.1"), None, Timestamp::UNIX_EPOCH);
        assert_eq!(attempt.allowance(MOST_OF_A_USER - 1).most, MOST_AT_A_TIME);
        assert_eq!(attempt.allowance(u64::MAX).most, 1);
    }

    #[test]
    fn one_name_in_any_case_is_counted_as_one() {
        let of = |name| Attempt::new((name, "192.0.2.1"), None, Timestamp::UNIX_EPOCH).subject;
        assert_eq!(of("ALICE"), of("alice"));
        assert_ne!(of("alice"), of("bob"));
    }

    #[test]
    fn how_long_to_wait_is_said_in_minutes_or_hours() {
        let words = |seconds| {
            let retry_after = SignedDuration::from_secs(seconds);
            let refused = Refused {
                retry_after,
                first: true,
            };
            refused.in_words()
        };
        assert_eq!(words(1), "in a minute");
        assert_eq!(words(61), "in 2 minutes");
        assert_eq!(words(7201), "in 3 hours");
    }
}
