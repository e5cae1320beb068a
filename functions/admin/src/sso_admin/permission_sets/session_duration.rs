//! How long a session in an account lasts: an ISO 8601 duration of one to twelve hours.

use jiff::SignedDuration;
use jiff::fmt::temporal::SpanParser;

use crate::Error;

const SHORTEST: SignedDuration = SignedDuration::from_hours(1);
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// What a permission set gives that does not say.
const DEFAULT: &str = "PT1H";

/// A duration as it was given and what it means.
#[derive(Debug, PartialEq)]
pub(in crate::sso_admin) struct SessionDuration {
    pub(in crate::sso_admin) text: String,
    pub(in crate::sso_admin) seconds: u32,
}

/// Parses the member `SessionDuration`.
pub(in crate::sso_admin) fn parse(given: Option<&str>) -> Result<SessionDuration, Error> {
    let refused =
        || Error::validation("SessionDuration must be from one hour (PT1H) to twelve (PT12H).");
    let text = given.unwrap_or(DEFAULT);
    // Days and longer are not of a fixed length, and all of them are too long: this parser takes none.
    let duration = SpanParser::new()
        .parse_duration(text)
        .map_err(|_| refused())?;
    if duration < SHORTEST || duration > LONGEST || duration.subsec_nanos() != 0 {
        return Err(refused());
    }
    Ok(SessionDuration {
        text: text.to_owned(),
        seconds: u32::try_from(duration.as_secs()).map_err(|_| refused())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_to_twelve_hours_are_taken() {
        for (text, seconds) in [
            ("PT1H", 3600),
            ("PT12H", 43200),
            ("PT60M", 3600),
            ("PT1H30M", 5400),
            ("PT3600S", 3600),
        ] {
            assert_eq!(parse(Some(text)).unwrap().seconds, seconds, "{text}");
        }
        assert_eq!(parse(None).unwrap().text, "PT1H");
        for text in [
            "",
            "1h",
            "PT59M",
            "PT12H1S",
            "P1D",
            "P1Y",
            "-PT2H",
            "PT3600.5S",
            "P",
            "PT",
        ] {
            assert!(parse(Some(text)).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "-?P[0-9YMWDTHS.]{0,40}") {
            let _ = parse(Some(&text));
        }
    }
}
