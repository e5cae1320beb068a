//! Rotation of refresh tokens (RFC 9700 §4.14.2): each is used once, and one that is used again was stolen, from its holder
//! or from the thief, so the whole family ends.
//!
//! Programs that share one cache file refresh at the same moment with the same token. So the last token stays usable for a
//! minute, and all of them are given the same successor, whichever writes the file last.

use jiff::{SignedDuration, Timestamp};
use vestibule_shared::token::TokenHash;

/// How long the last refresh token stays usable, and how long the present one is not replaced.
const GRACE: SignedDuration = SignedDuration::from_mins(1);

/// The refresh tokens of a family.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefreshTokens<'a> {
    pub(crate) current: &'a TokenHash,
    pub(crate) previous: Option<&'a TokenHash>,
    pub(crate) rotated_at: Option<Timestamp>,
}

/// What a presented refresh token means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presented {
    /// The present one: it is replaced now.
    Current,
    /// The present one, so young that others may still come with the last one: it stays.
    Fresh,
    /// The last one, in its minute of grace: its successor stays.
    Superseded,
    /// One that must not be used any more.
    Reused,
}

impl RefreshTokens<'_> {
    pub(crate) fn present(self, presented: &TokenHash, now: Timestamp) -> Presented {
        let young = self
            .rotated_at
            .is_some_and(|rotated_at| now.duration_since(rotated_at) < GRACE);
        if presented == self.current {
            return if young {
                Presented::Fresh
            } else {
                Presented::Current
            };
        }
        if young && self.previous == Some(presented) {
            Presented::Superseded
        } else {
            Presented::Reused
        }
    }
}

#[cfg(test)]
mod tests {
    use vestibule_shared::Random;
    use vestibule_shared::token::Token;

    use super::*;

    fn hash(byte: u8) -> TokenHash {
        Token::generate(&Random::new(move |buffer| buffer.fill(byte))).hash()
    }

    #[test]
    fn the_last_token_is_usable_for_a_minute_and_not_a_moment_longer() {
        let rotated_at = Timestamp::from_second(1_000).unwrap();
        let (current, previous, older) = (hash(3), hash(2), hash(1));
        let tokens = RefreshTokens {
            current: &current,
            previous: Some(&previous),
            rotated_at: Some(rotated_at),
        };
        let after = |seconds| rotated_at + SignedDuration::from_secs(seconds);
        for (presented, seconds, meaning) in [
            (&current, 0, Presented::Fresh),
            (&current, 59, Presented::Fresh),
            (&current, 60, Presented::Current),
            (&previous, 0, Presented::Superseded),
            (&previous, 59, Presented::Superseded),
            (&previous, 60, Presented::Reused),
            (&older, 0, Presented::Reused),
        ] {
            assert_eq!(
                tokens.present(presented, after(seconds)),
                meaning,
                "{seconds}"
            );
        }
    }

    #[test]
    fn the_first_token_is_replaced_at_its_first_use() {
        let current = hash(1);
        let tokens = RefreshTokens {
            current: &current,
            previous: None,
            rotated_at: None,
        };
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(tokens.present(&current, now), Presented::Current);
        assert_eq!(tokens.present(&hash(2), now), Presented::Reused);
    }
}
