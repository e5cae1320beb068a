//! The promises of `shared`, one a test: the store's clauses on the embedded engine and, when `DYNAMODB_ENDPOINT` is
//! set, on Amazon's DynamoDB Local.

mod assignments;
mod directory;
mod engines;
mod entry;
mod leases;
mod pages;
mod permission_sets;
mod sessions;
