//! How often a schedule wakes a function. Amazon `EventBridge` user guide, "Rate expressions".

use std::time::Duration;

use serde::Deserialize;
use serde_norway::Value;

use super::{TemplateError, faulty};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    schedule: String,
}

/// The period of an event of type `Schedule`; only rates have one, so that `cron(…)` is refused.
pub(super) fn period(logical_id: &str, properties: Value) -> Result<Duration, TemplateError> {
    let properties: Properties =
        serde_norway::from_value(properties).map_err(|error| faulty(logical_id, &error))?;
    rate(&properties.schedule).ok_or_else(|| {
        let reason = format!("the schedule `{}` is not a rate", properties.schedule);
        faulty(logical_id, &reason)
    })
}

/// `rate(5 minutes)`. The unit of 1 is singular, of every other value plural.
fn rate(expression: &str) -> Option<Duration> {
    let inside = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (value, unit) = inside.split_once(' ')?;
    let value: u64 = value.parse().ok().filter(|value| *value > 0)?;
    let singular = match value {
        1 => unit,
        _ => unit.strip_suffix('s')?,
    };
    let seconds = match singular {
        "minute" => 60,
        "hour" => 60 * 60,
        "day" => 24 * 60 * 60,
        _ => return None,
    };
    value.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_as_eventbridge_reads_it() {
        assert_eq!(rate("rate(5 minutes)"), Some(Duration::from_mins(5)));
        assert_eq!(rate("rate(1 hour)"), Some(Duration::from_hours(1)));
        assert_eq!(rate("rate(2 days)"), Some(Duration::from_hours(48)));
        for refused in [
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(0 minutes)",
            "rate(5 seconds)",
            "rate(18446744073709551615 days)",
            "cron(0 12 * * ? *)",
            "5 minutes",
        ] {
            assert_eq!(rate(refused), None, "{refused}");
        }
    }
}
