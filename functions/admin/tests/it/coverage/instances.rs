//! The instance.

use super::Effect::Reads;
use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("ListInstances", Reads, "{}"),
    ("DescribeInstance", Reads, r#"{"InstanceArn":"$instance"}"#),
];
