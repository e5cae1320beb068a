//! `LookupEvents`: the audit log, the newest record first. One call reads a bounded number of days, so that an answer may
//! be short and still say where to go on.

mod criteria;
mod place;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use vestibule_shared::store::audit::{Audit, Found};

use self::criteria::Criteria;
use self::place::Place;
use crate::Error;
use crate::call::Call;
use crate::epoch::Epoch;

/// How far back a look-up goes that does not say, as CloudTrail's.
const USUAL: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How often a call reads some of a day. Each time all partitions of the day are asked at once.
const ROUNDS: usize = 16;
/// The most events that an answer has, and what it has if the caller does not say.
const LARGEST: usize = 100;
/// An answer ends with the event with which its records pass this, in bytes. Escaped once more, in base64 and with the largest
/// record behind it, it stays below the 6 MB that a Lambda may answer.
const FULL: usize = 1024 * 1024;
/// How much of each partition is read at once when most of it may not fit the criteria.
const SIEVED: i32 = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    start_time: Option<f64>,
    end_time: Option<f64>,
    #[serde(flatten)]
    criteria: Criteria,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    events: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// A record as it is answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    event_id: String,
    event_name: String,
    event_time: Epoch,
    event_source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    cloud_trail_event: String,
}

pub(super) async fn lookup(call: &Call<'_>, request: Request) -> Result<Response, Error> {
    let audit = &call.context.audit;
    let (start, end) = interval(call.now, &request)?;
    // There is nothing older, and nobody should have to page through years of nothing.
    let start = start.max(call.now - audit.retention());
    let from = Audit::order_from(start);
    let mut place = Place::newest(end);
    if let Some(token) = &request.next_token {
        place = Place::parse(token, &place)?;
    }
    let wanted = request.max_results.unwrap_or(LARGEST).clamp(1, LARGEST);
    let limit = request.criteria.limit(wanted);

    let (mut events, mut size) = (Vec::new(), 0);
    for _ in 0..ROUNDS {
        let stretch = audit
            .newest(place.day(), (&from, place.before()), limit)
            .await?;
        for found in stretch.found {
            place.pass(&found.order);
            if request.criteria.fit(&found.record) {
                size += found.json.len();
                events.push(entry(found));
            }
            if events.len() == wanted || size >= FULL {
                return Ok(answer(events, Some(&place)));
            }
        }
        if !stretch.more && !place.go_to_the_day_before(&from) {
            return Ok(answer(events, None));
        }
    }
    Ok(answer(events, Some(&place)))
}

fn answer(events: Vec<Entry>, next: Option<&Place>) -> Response {
    Response {
        events,
        next_token: next.map(Place::token),
    }
}

fn interval(now: Timestamp, request: &Request) -> Result<(Timestamp, Timestamp), Error> {
    let end = request.end_time.map_or(Ok(now), timestamp)?;
    let usual = end.saturating_sub(USUAL).unwrap_or(Timestamp::MIN);
    let start = request.start_time.map_or(Ok(usual), timestamp)?;
    if start > end {
        return Err(Error::validation("StartTime must not be after EndTime."));
    }
    Ok((start, end))
}

/// Seconds since the epoch, as JSON 1.1 has them. The years before ours and after 9999 have no records.
fn timestamp(seconds: f64) -> Result<Timestamp, Error> {
    SignedDuration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|duration| Timestamp::from_duration(duration).ok())
        .filter(|time| *time >= Timestamp::UNIX_EPOCH)
        .ok_or_else(|| Error::validation("StartTime or EndTime is not a time after 1970."))
}

fn entry(found: Found) -> Entry {
    let record = found.record;
    let identity = &record.user_identity;
    let text = |pointer| identity.pointer(pointer)?.as_str().map(str::to_owned);
    Entry {
        access_key_id: text("/accessKeyId"),
        user_id: text("/onBehalfOf/userId"),
        event_id: record.event_id,
        event_name: record.event_name,
        event_time: Epoch(record.event_time),
        event_source: record.event_source,
        error_code: record.error_code,
        cloud_trail_event: found.json,
    }
}
