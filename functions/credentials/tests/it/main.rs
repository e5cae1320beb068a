//! The function through its router, over embedded tables with a clock that is moved by hand, and an STS that answers what
//! the test says.
//! (`cfg(test)` tells clippy that what lies beside the tests is test code too.)

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod application;
#[cfg(test)]
mod application_tokens;
#[cfg(test)]
mod authorize;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod device;
#[cfg(test)]
mod device_authorization;
#[cfg(test)]
mod device_code;
#[cfg(test)]
mod events;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod issuer;
#[cfg(test)]
mod jwt_bearer;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod portal_credentials;
#[cfg(test)]
mod refresh_token;
#[cfg(test)]
mod register;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod sts;
#[cfg(test)]
mod token;
#[cfg(test)]
mod token_exchange;
#[cfg(test)]
mod token_with_iam;
