//! Access control by attributes.

use super::Effect::{Changes, Reads};
use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "CreateInstanceAccessControlAttributeConfiguration",
        Changes,
        r#"{"InstanceArn":"$instance","InstanceAccessControlAttributeConfiguration":{"AccessControlAttributes":[]}}"#,
    ),
    (
        "UpdateInstanceAccessControlAttributeConfiguration",
        Changes,
        r#"{"InstanceArn":"$instance","InstanceAccessControlAttributeConfiguration":{"AccessControlAttributes":[
            {"Key":"CostCenter","Value":{"Source":["${path:enterprise.costCenter}"]}}]}}"#,
    ),
    (
        "DescribeInstanceAccessControlAttributeConfiguration",
        Reads,
        r#"{"InstanceArn":"$instance"}"#,
    ),
    (
        "DeleteInstanceAccessControlAttributeConfiguration",
        Changes,
        r#"{"InstanceArn":"$instance"}"#,
    ),
];
