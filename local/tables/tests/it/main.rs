//! The embedded tables, asked through the SDK client as the functions ask them.

#[cfg(test)]
mod authorization;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod file;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod template;
