//! What holds the program, the functions and the template together.

#![cfg(test)]

mod environment;
mod ground;
mod lambda;
mod routes;
mod sources;
