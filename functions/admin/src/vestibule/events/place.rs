//! Where a look-up has arrived: a day, and before which record of it. The token that a caller gets is nothing else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use vestibule_shared::store;
use vestibule_shared::store::audit::Audit;

use crate::Error;

/// No order is longer: a moment, a mark, and a UUID.
const LONGEST: usize = 80;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    day: Date,
    before: String,
}

impl Place {
    /// Before nothing that happened until `end`.
    pub(super) fn newest(end: Timestamp) -> Self {
        Self {
            day: end.to_zoned(TimeZone::UTC).date(),
            before: Audit::order_until(end),
        }
    }

    /// The day, in UTC.
    pub(super) fn day(&self) -> Date {
        self.day
    }

    /// The order that what is still to be read comes before.
    pub(super) fn before(&self) -> &str {
        &self.before
    }

    /// Leaves a record of the day behind.
    pub(super) fn pass(&mut self, order: &str) {
        order.clone_into(&mut self.before);
    }

    /// Goes on with the day before, if records of that day may come after `from`.
    pub(super) fn go_to_the_day_before(&mut self, from: &str) -> bool {
        let Ok(day) = self.day.yesterday() else {
            return false;
        };
        // Every order of the day begins with its date and a `T`.
        let before = format!("{day}U");
        let arrived = before.as_str() <= from;
        *self = Self { day, before };
        !arrived
    }

    /// The place as the caller keeps it.
    pub(super) fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.before)
    }

    /// A place that was given out before. One from after `newest` was not, if the caller asks the same question again; one
    /// from before the interval leads to nothing, since the interval may have moved on with time.
    pub(super) fn parse(token: &str, newest: &Self) -> Result<Self, Error> {
        let invalid = || Error::from(store::Error::InvalidPageToken);
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
        let before = String::from_utf8(bytes).map_err(|_| invalid())?;
        let day = before.get(..10).and_then(|day| day.parse::<Date>().ok());
        let place = Self {
            day: day.ok_or_else(invalid)?,
            before,
        };
        let possible = place.before.is_ascii() && place.before.len() <= LONGEST;
        if possible && place.before <= newest.before {
            Ok(place)
        } else {
            Err(invalid())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(end: &str) -> Place {
        Place::newest(end.parse().unwrap())
    }

    fn from(start: &str) -> String {
        Audit::order_from(start.parse().unwrap())
    }

    #[test]
    fn days_are_read_back_to_the_one_in_which_the_interval_begins() {
        let from = from("2026-01-01T12:00:00Z");
        let mut place = place("2026-01-03T00:00:00Z");
        let mut days = vec![place.day().to_string()];
        while place.go_to_the_day_before(&from) {
            days.push(place.day().to_string());
        }
        assert_eq!(days, ["2026-01-03", "2026-01-02", "2026-01-01"]);
    }

    #[test]
    fn a_token_leads_back_to_its_place_and_never_beyond_the_end() {
        let newest = place("2026-01-03T00:00:00Z");
        let early = from("2026-01-01T00:00:00Z");
        let mut place = newest.clone();
        place.go_to_the_day_before(&early);
        place.pass("2026-01-02T10:00:00.000000000Z#0123");
        let token = place.token();
        assert_eq!(Place::parse(&token, &newest).unwrap(), place);
        let older = self::place("2026-01-02T09:00:00Z");
        assert!(Place::parse(&token, &older).is_err());
    }

    proptest! {
        #[test]
        fn no_token_makes_the_reader_panic(text in "[A-Za-z0-9_-]{0,60}|\\PC{0,20}") {
            let newest = place("2026-01-03T00:00:00Z");
            let _ = Place::parse(&text, &newest);
            let _ = Place::parse(&URL_SAFE_NO_PAD.encode(&text), &newest);
        }
    }
}
