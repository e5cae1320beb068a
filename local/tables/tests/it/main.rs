//! The embedded tables, asked through the SDK client as the functions ask them.

mod engine;
mod file;
mod fixture;
mod stream;
mod template;
