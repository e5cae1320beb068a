//! The admin function from outside: the models, and what real clients send.
//! (`cfg(test)` tells clippy that the functions beside the tests are test code too.)

#[cfg(test)]
mod access_control_attributes;
#[cfg(test)]
mod access_keys;
#[cfg(test)]
mod application_assignments;
#[cfg(test)]
mod application_parts;
#[cfg(test)]
mod applications;
#[cfg(test)]
mod assignments;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod dispatcher;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod enabling;
#[cfg(test)]
mod events;
#[cfg(test)]
mod helpdesk;
#[cfg(test)]
mod identitystore_groups;
#[cfg(test)]
mod identitystore_memberships;
#[cfg(test)]
mod identitystore_updates;
#[cfg(test)]
mod identitystore_users;
#[cfg(test)]
mod instances;
#[cfg(test)]
mod lookup;
#[cfg(test)]
mod model;
#[cfg(test)]
mod model_answers;
#[cfg(test)]
mod organization;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod permission_set_policies;
#[cfg(test)]
mod permission_sets;
#[cfg(test)]
mod provisioning;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod tags;
