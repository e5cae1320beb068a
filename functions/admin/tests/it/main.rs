//! The admin function from outside: the models, signatures, and what real clients send.
//! (`cfg(test)` tells clippy that the functions beside the tests are test code too.)

#[cfg(test)]
mod captured;
#[cfg(test)]
mod dispatcher;
#[cfg(test)]
mod model;
#[cfg(test)]
mod model_answers;
#[cfg(test)]
mod organization;
#[cfg(test)]
mod sigv4;
#[cfg(test)]
mod sigv4_oracle;
