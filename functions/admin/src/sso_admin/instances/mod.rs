//! The instance and its Regions: there is one of each.

mod description;
mod lifecycle;
mod regions;
mod update;

use crate::operations::handlers;

handlers! {
    "AddRegion" => regions::add,
    "CreateInstance" => lifecycle::create,
    "DeleteInstance" => lifecycle::delete,
    "DescribeInstance" => description::describe,
    "DescribeRegion" => regions::describe,
    "ListInstances" => description::list,
    "ListRegions" => regions::list,
    "RemoveRegion" => regions::remove,
    "UpdateInstance" => update::update,
}
