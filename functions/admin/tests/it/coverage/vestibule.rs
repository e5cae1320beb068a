//! Vestibule's own operations.

use super::Effect::Reads;
use super::Row;

pub(super) const ROWS: &[Row] = &[("DescribeSettings", Reads, "{}")];
