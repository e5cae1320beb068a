//! The Lambda that does nothing: what the runtime and the HTTP API's events cost by themselves.

use std::convert::Infallible;

use lambda_http::{Request, service_fn};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_http::run(service_fn(|_: Request| async { Ok::<_, Infallible>("") })).await
}
