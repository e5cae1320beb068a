//! The function through its router, over embedded tables with a fixed clock.
//! (`cfg(test)` tells clippy that what lies beside the tests is test code too.)

#[cfg(test)]
mod applications;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod events;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod password_link;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod start;
#[cfg(test)]
mod throttle;
