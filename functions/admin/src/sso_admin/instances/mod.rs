//! The instance: there is one.

mod description;

use crate::operations::handlers;

handlers! {
    "DescribeInstance" => description::describe,
    "ListInstances" => description::list,
}
