//! The function through its router, over embedded tables with a fixed clock.
//! (`cfg(test)` tells clippy that the functions beside the tests are test code too.)

#[cfg(test)]
mod console;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod events;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod metadata;
