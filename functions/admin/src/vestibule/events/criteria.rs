//! Which records a caller wants to see.

use serde::Deserialize;
use serde_json::Value;
use vestibule_shared::store::audit::Record;

/// What is read of each of a day's 16 partitions beyond its share, since records are spread by chance.
const SLACK: usize = 8;

/// All that are given must fit.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Criteria {
    event_name: Option<String>,
    event_source: Option<String>,
    user_id: Option<String>,
    access_key_id: Option<String>,
    account_id: Option<String>,
}

impl Criteria {
    /// How many records of each partition to read at once when `wanted` are wanted.
    pub(super) fn limit(&self, wanted: usize) -> i32 {
        let sieve = [
            &self.event_name,
            &self.event_source,
            &self.user_id,
            &self.access_key_id,
            &self.account_id,
        ];
        if sieve.iter().any(|criterion| criterion.is_some()) {
            return super::SIEVED;
        }
        i32::try_from(wanted / 16 + SLACK).unwrap_or(super::SIEVED)
    }

    /// Whether a record is wanted.
    pub(super) fn fit(&self, record: &Record) -> bool {
        let equals = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == found)
        };
        let user = self.user_id.as_ref().map(|id| id.to_ascii_lowercase());
        let ids = [&user, &self.access_key_id, &self.account_id];
        equals(&self.event_name, &record.event_name)
            && equals(&self.event_source, &record.event_source)
            && ids
                .into_iter()
                .flatten()
                .all(|id| mentions(record, id.as_str()))
    }
}

/// Whether a record is by or about what has this id. No id is also something else's, so that it does not matter in which
/// member it stands.
fn mentions(record: &Record, id: &str) -> bool {
    let details = record.service_event_details.values();
    [&record.user_identity, &record.request_parameters]
        .into_iter()
        .chain(&record.response_elements)
        .chain(details)
        .any(|value| holds(value, id))
}

fn holds(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => text == id,
        Value::Array(values) => values.iter().any(|value| holds(value, id)),
        Value::Object(members) => members.values().any(|value| holds(value, id)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;
    use vestibule_shared::Random;
    use vestibule_shared::store::audit::{Actor, Origin};

    use super::*;

    fn record() -> Record {
        let actor = Actor::AccessKey {
            access_key_id: "AKIA1".to_owned(),
        };
        let moment = (Timestamp::UNIX_EPOCH, &Random::new(|bytes| bytes.fill(7)));
        let event = ("sso.amazonaws.com", "CreateAccountAssignment");
        Record::new(event, &actor, &Origin::default(), moment)
            .parameters(json!({ "targetId": "111111111111", "memberIds": [{ "userId": "u-1" }] }))
    }

    fn fits(criteria: &Value) -> bool {
        let criteria: Criteria = serde_json::from_value(criteria.clone()).unwrap();
        criteria.fit(&record())
    }

    #[test]
    fn every_criterion_must_fit() {
        for fitting in [
            json!({}),
            json!({ "EventName": "CreateAccountAssignment" }),
            json!({ "EventSource": "sso.amazonaws.com", "AccountId": "111111111111" }),
            json!({ "UserId": "U-1", "AccessKeyId": "AKIA1" }),
        ] {
            assert!(fits(&fitting), "{fitting}");
        }
        for unfitting in [
            json!({ "EventName": "Create" }),
            json!({ "EventSource": "sso" }),
            json!({ "AccountId": "222222222222" }),
            json!({ "UserId": "u-1", "AccessKeyId": "AKIA2" }),
        ] {
            assert!(!fits(&unfitting), "{unfitting}");
        }
    }
}
