//! The promises of `shared`, one a test: the store's clauses on the embedded engine and, when `DYNAMODB_ENDPOINT` is
//! set, on Amazon's DynamoDB Local.
//! (`cfg(test)` tells clippy that the functions beside the tests are test code too.)

#[cfg(test)]
mod access_keys;
#[cfg(test)]
mod applications;
#[cfg(test)]
mod assignments;
#[cfg(test)]
mod captured;
#[cfg(test)]
mod client_tokens;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod engines;
#[cfg(test)]
mod entry;
#[cfg(test)]
mod expansions;
#[cfg(test)]
mod impeded;
#[cfg(test)]
mod leases;
#[cfg(test)]
mod page_tokens;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod permission_sets;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod sigv4;
#[cfg(test)]
mod sigv4_oracle;
