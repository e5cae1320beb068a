//! Signs a request as Amazon's own SDKs do.

use aws_sdk_dynamodb::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use jiff::Timestamp;

use crate::Result;

/// An access key.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// The headers of a `POST /` of the JSON protocol with its signature: `(service, host, target)`.
pub(crate) fn signed(
    key: &Key,
    (service, host, target): (&str, &str, &str),
    body: &str,
    now: Timestamp,
) -> Result<Vec<(String, String)>> {
    let identity = Credentials::new(&key.id, &key.secret, None, None, "bench").into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name(service)
        .time(now.into())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let mut headers = vec![
        ("host".to_owned(), host.to_owned()),
        (
            "content-type".to_owned(),
            "application/x-amz-json-1.1".to_owned(),
        ),
        ("x-amz-target".to_owned(), target.to_owned()),
    ];
    let signable = SignableRequest::new(
        "POST",
        format!("http://{host}/"),
        headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
        SignableBody::Bytes(body.as_bytes()),
    )?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    let (added, _) = instructions.into_parts();
    let added = added
        .iter()
        .map(|header| (header.name().to_owned(), header.value().to_owned()));
    headers.extend(added.collect::<Vec<_>>());
    Ok(headers)
}
