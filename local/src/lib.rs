//! The `vestibule` program: every function behind one port, with embedded tables and a local AWS beside it.

pub mod aws;
pub mod commands;
pub mod data;
pub mod functions;
pub mod keys;
pub mod moto;
pub mod organization;
pub mod problem;
pub mod progress;
pub mod retries;
pub mod sample;
pub mod schedules;
pub mod server;
pub mod start;
pub mod streams;
pub mod tables;
pub mod welcome;
pub mod work;
