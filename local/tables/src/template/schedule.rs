//! How often a schedule wakes a function, and with what. Amazon `EventBridge` user guide, "Rate expressions"; AWS SAM event
//! type `Schedule`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use serde_norway::Value;

use super::{TemplateError, faulty};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    schedule: String,
    /// JSON, which the function is handed instead of `EventBridge`'s own event.
    #[serde(default)]
    input: Option<String>,
}

/// A schedule that wakes a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// How often.
    pub period: Duration,
    /// What the function is handed.
    pub event: serde_json::Value,
}

/// An event of type `Schedule`; only rates have a period, so that `cron(…)` is refused.
pub(super) fn parse(logical_id: &str, properties: Value) -> Result<Schedule, TemplateError> {
    let properties: Properties =
        serde_norway::from_value(properties).map_err(|error| faulty(logical_id, &error))?;
    let period = rate(&properties.schedule).ok_or_else(|| {
        let reason = format!("the schedule `{}` is not a rate", properties.schedule);
        faulty(logical_id, &reason)
    })?;
    let event = match properties.input {
        Some(input) => serde_json::from_str(&input).map_err(|error| faulty(logical_id, &error))?,
        None => json!({ "detail-type": "Scheduled Event" }),
    };
    Ok(Schedule { period, event })
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
