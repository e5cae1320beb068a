//! Requests as real clients put them on the wire (`tests/requests/`).

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{Timestamp, civil, tz::Offset};
use vestibule_shared::sigv4::{
    Expectations, Refusal, SignedRequest, UnverifiedSignature, Verified,
};

pub(crate) const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const SERVICES: &[&str] = &["sso", "identitystore", "sts"];

pub(crate) const LIST_INSTANCES: &[u8] =
    include_bytes!("../requests/sso-admin-list-instances.http");
pub(crate) const CREATE_PERMISSION_SET: &[u8] =
    include_bytes!("../requests/sso-admin-create-permission-set.http");
pub(crate) const CREATE_USER: &[u8] = include_bytes!("../requests/identitystore-create-user.http");
pub(crate) const CREATE_USER_JAVASCRIPT: &[u8] =
    include_bytes!("../requests/identitystore-create-user-javascript.http");
pub(crate) const GET_CALLER_IDENTITY: &[u8] =
    include_bytes!("../requests/sts-get-caller-identity.http");
pub(crate) const ALL: [&[u8]; 5] = [
    LIST_INSTANCES,
    CREATE_PERMISSION_SET,
    CREATE_USER,
    CREATE_USER_JAVASCRIPT,
    GET_CALLER_IDENTITY,
];

#[derive(Clone, Debug)]
pub(crate) struct Captured {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Captured {
    pub(crate) fn read(wire: &[u8]) -> Self {
        let end = wire
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n")
            .expect("a blank line ends the head");
        let head = std::str::from_utf8(&wire[..end]).expect("the head is ASCII");
        let mut lines = head.split("\r\n");
        let mut request_line = lines.next().expect("a request line").split(' ');
        let method = request_line.next().expect("a method").to_owned();
        let target = request_line.next().expect("a target");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines
            .map(|line| line.split_once(": ").expect("a header"))
            .map(|(name, value)| {
                (
                    name.parse::<HeaderName>().expect("a name"),
                    value.parse::<HeaderValue>().expect("a value"),
                )
            })
            .collect();
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: wire[end + 4..].to_vec(),
        }
    }

    pub(crate) fn request(&self) -> SignedRequest<'_> {
        SignedRequest {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            body: &self.body,
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("a header in ASCII")
    }

    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.headers
            .insert(name, value.parse().expect("a header value"));
    }

    /// Changes the header's text; the change must be one.
    pub(crate) fn replace(&mut self, name: &'static str, from: &str, to: &str) {
        let changed = self.header(name).replace(from, to);
        assert_ne!(changed, self.header(name), "`{from}` is not in {name}");
        self.set(name, &changed);
    }

    pub(crate) fn signed_at(&self) -> Timestamp {
        let at =
            civil::DateTime::strptime("%Y%m%dT%H%M%SZ", self.header("x-amz-date")).expect("a date");
        Offset::UTC.to_timestamp(at).expect("a time")
    }

    /// Verifies it at the moment of its signature, with the right secret.
    pub(crate) fn verify(&self, signed_at: Timestamp) -> Result<Verified, Refusal> {
        let expectations = Expectations {
            region: REGION,
            services: SERVICES,
            now: signed_at,
        };
        UnverifiedSignature::parse(self.request(), &expectations)?.verify(Some(SECRET))
    }
}
