//! Vestibule's own operations.

use super::Effect::{Changes, Reads};
use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("DescribeSettings", Reads, "{}"),
    (
        "UpdateSettings",
        Changes,
        r#"{"SessionDurationMinutes":60}"#,
    ),
    (
        "CreateAccessKey",
        Changes,
        r#"{"Role":"Auditor","Description":"for the coverage"}"#,
    ),
    ("ListAccessKeys", Reads, "{}"),
    (
        "DeactivateAccessKey",
        Changes,
        r#"{"AccessKeyId":"$otherkey"}"#,
    ),
    ("DeleteAccessKey", Changes, r#"{"AccessKeyId":"$otherkey"}"#),
    ("InviteUser", Changes, r#"{"UserName":"carol"}"#),
    (
        "CreatePasswordResetLink",
        Changes,
        r#"{"UserName":"carol"}"#,
    ),
    ("ListSessions", Reads, r#"{"UserId":"$carol"}"#),
    (
        "EndSession",
        Changes,
        r#"{"UserId":"$carol","SessionId":"$session"}"#,
    ),
    ("EndSessions", Changes, r#"{"UserId":"$carol"}"#),
    ("LookupEvents", Reads, r#"{"EventName":"InviteUser"}"#),
    (
        "StartDriftCheck",
        Changes,
        r#"{"InstanceArn":"$instance","AccountId":"111111111111"}"#,
    ),
    ("ListDrift", Reads, r#"{"InstanceArn":"$instance"}"#),
    (
        "RepairDrift",
        Changes,
        r#"{$set,"AccountId":"111111111111"}"#,
    ),
];
