//! The function through its router, over embedded tables with a fixed clock.

mod console;
mod coverage;
mod events;
mod fixture;
mod metadata;
