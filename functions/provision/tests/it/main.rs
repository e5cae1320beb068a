//! Provisioning against embedded tables and an AWS in memory.
//! (`cfg(test)` tells clippy that what lies beside the tests is test code too.)

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod drift_rounds;
#[cfg(test)]
mod events;
#[cfg(test)]
mod every_fault;
#[cfg(test)]
mod expansion;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod fake_aws;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod interruptions;
#[cfg(test)]
mod lag;
#[cfg(test)]
mod leases;
#[cfg(test)]
mod meanwhile;
#[cfg(test)]
mod places;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod repairs;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod template;
