//! The admin function from outside: the models, and what real clients send.
//! (`cfg(test)` tells clippy that the functions beside the tests are test code too.)

#[cfg(test)]
mod assignments;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod dispatcher;
#[cfg(test)]
mod enabling;
#[cfg(test)]
mod events;
#[cfg(test)]
mod identitystore_groups;
#[cfg(test)]
mod identitystore_memberships;
#[cfg(test)]
mod identitystore_updates;
#[cfg(test)]
mod identitystore_users;
#[cfg(test)]
mod model;
#[cfg(test)]
mod model_answers;
#[cfg(test)]
mod organization;
#[cfg(test)]
mod permission_sets;
#[cfg(test)]
mod provisioning;
