//! Vestibule's own operations: what AWS has no counterpart for. Their model ships with the project
//! (`models/vestibule.json`), so that stock clients can call them; every operation is described there.

mod settings;

use crate::operations::handlers;

handlers! {
    "DescribeSettings" => settings::describe,
}
