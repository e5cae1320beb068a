//! The instance and its Regions.

use super::Effect::{Changes, Reads, Refuses};
use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("ListInstances", Reads, "{}"),
    ("DescribeInstance", Reads, r#"{"InstanceArn":"$instance"}"#),
    (
        "UpdateInstance",
        Changes,
        r#"{"InstanceArn":"$instance","Name":"here"}"#,
    ),
    ("CreateInstance", Refuses, "{}"),
    ("DeleteInstance", Refuses, r#"{"InstanceArn":"$instance"}"#),
    ("ListRegions", Reads, r#"{"InstanceArn":"$instance"}"#),
    (
        "DescribeRegion",
        Reads,
        r#"{"InstanceArn":"$instance","RegionName":"us-east-1"}"#,
    ),
    (
        "AddRegion",
        Refuses,
        r#"{"InstanceArn":"$instance","RegionName":"eu-west-1"}"#,
    ),
    (
        "RemoveRegion",
        Refuses,
        r#"{"InstanceArn":"$instance","RegionName":"us-east-1"}"#,
    ),
];
