//! A registration that its holder carries: the client id is the registration itself, authenticated, for the authorization
//! endpoint is given nothing else; the client secret is a JSON Web Token (RFC 7519, HS256) that belongs to that id.
//!
//! The keys derive from one secret of the instance, one for each purpose. The successor of a refresh token derives from it
//! too, so that everyone who presents the same token is given the same one.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_shared::arn::ApplicationArn;
use vestibule_shared::token::Token;

use super::{Reason, Refusal, Registration};

/// `{"alg":"HS256","typ":"JWT"}`. A token with another header is not ours, whatever it says of its algorithm (RFC 8725 §3.1).
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
/// Ids of ours are shorter: nothing longer is looked into.
const LONGEST: usize = 4096;

const UNKNOWN: Refusal = Reason::InvalidClient.because("the client is not known");
const EXPIRED: Refusal = Reason::InvalidClient.because("the client's registration has expired");

/// The SHA-256 of a client id, by which what was granted to a client knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ClientFingerprint(String);

impl ClientFingerprint {
    fn of(client_id: &str) -> Self {
        Self(URL_SAFE_NO_PAD.encode(digest(&SHA256, client_id.as_bytes())))
    }

    /// That of an application, whose client id is its ARN: nothing that we sign looks like one.
    pub(crate) fn of_application(arn: &ApplicationArn) -> Self {
        Self::of(&arn.to_string())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A registered client. Only [`ClientKeys`] makes one, from an id that it signed.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    fingerprint: ClientFingerprint,
    registration: Registration,
}

impl Client {
    pub(crate) fn fingerprint(&self) -> &ClientFingerprint {
        &self.fingerprint
    }

    pub(crate) fn registration(&self) -> &Registration {
        &self.registration
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: ClientFingerprint,
    iat: i64,
    exp: i64,
}

/// The keys that registrations are authenticated with.
pub(crate) struct ClientKeys {
    id: hmac::Key,
    secret: hmac::Key,
    refresh: hmac::Key,
    identity_context: hmac::Key,
}

impl ClientKeys {
    pub(crate) fn derive(instance_secret: &[u8]) -> Self {
        let root = hmac::Key::new(HMAC_SHA256, instance_secret);
        let derive = |purpose: &str| {
            hmac::Key::new(HMAC_SHA256, hmac::sign(&root, purpose.as_bytes()).as_ref())
        };
        Self {
            id: derive("client id"),
            secret: derive("client secret"),
            refresh: derive("refresh token"),
            identity_context: derive("identity context"),
        }
    }

    /// The id and the secret for a registration.
    pub(crate) fn issue(&self, registration: &Registration) -> (String, String) {
        let client_id = sign(&self.id, &encode(registration));
        let claims = Claims {
            sub: ClientFingerprint::of(&client_id),
            iat: registration.issued_at,
            exp: registration.expires_at,
        };
        let client_secret = sign(&self.secret, &format!("{HEADER}.{}", encode(&claims)));
        (client_id, client_secret)
    }

    /// The client that `client_id` is, if we issued it and it has not expired.
    pub(crate) fn identify(&self, client_id: &str, now: Timestamp) -> Result<Client, Refusal> {
        let registration: Registration =
            open(&self.id, client_id).and_then(decode).ok_or(UNKNOWN)?;
        if now.as_second() >= registration.expires_at {
            return Err(EXPIRED);
        }
        Ok(Client {
            fingerprint: ClientFingerprint::of(client_id),
            registration,
        })
    }

    /// The client that presents its id together with its secret.
    pub(crate) fn authenticate(
        &self,
        (client_id, client_secret): (&str, &str),
        now: Timestamp,
    ) -> Result<Client, Refusal> {
        let client = self.identify(client_id, now)?;
        let claims: Claims = open(&self.secret, client_secret)
            .and_then(|signed| signed.strip_prefix(HEADER)?.strip_prefix('.'))
            .and_then(decode)
            .ok_or(UNKNOWN)?;
        if claims.sub == client.fingerprint {
            Ok(client)
        } else {
            Err(UNKNOWN)
        }
    }

    /// What an application passes on to say for whom it acts: opaque to it, and to be believed by nobody but us.
    pub(crate) fn identity_context(&self, claims: &impl Serialize) -> String {
        sign(&self.identity_context, &encode(claims))
    }

    /// The refresh token that follows `token`.
    pub(crate) fn successor(&self, token: &Token) -> Option<Token> {
        let tag = hmac::sign(&self.refresh, token.expose().as_bytes());
        Token::parse(&URL_SAFE_NO_PAD.encode(tag))
    }
}

/// Whether the form of `client_id` is that of ours: what is not need not be looked into.
pub(crate) fn may_be_client_id(client_id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    client_id.len() <= LONGEST && client_id.contains('.') && client_id.bytes().all(plain)
}

fn encode(value: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}

fn decode<T: for<'a> Deserialize<'a>>(text: &str) -> Option<T> {
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&json).ok()
}

fn sign(key: &hmac::Key, text: &str) -> String {
    let tag = hmac::sign(key, text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// What was signed, if it was signed with `key`; compared in constant time.
fn open<'a>(key: &hmac::Key, signed: &'a str) -> Option<&'a str> {
    if signed.len() > LONGEST {
        return None;
    }
    let (text, tag) = signed.rsplit_once('.')?;
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    hmac::verify(key, text.as_bytes(), &tag).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vestibule_shared::Random;

    use super::*;
    use crate::oauth::{GrantType, Scope};

    fn registration(name: &str) -> Registration {
        Registration {
            unverified_name: name.to_owned(),
            redirect_uris: vec!["http://127.0.0.1/oauth/callback".to_owned()],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            scopes: vec![Scope::AccountAccess],
            issued_at: 1_000,
            expires_at: 2_000,
            nonce: "nonce".to_owned(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn keys() -> ClientKeys {
        ClientKeys::derive(&[1; 32])
    }

    #[test]
    fn a_client_is_who_it_was_registered_as_until_it_expires() {
        let (id, secret) = keys().issue(&registration("cli"));
        let client = keys().authenticate((&id, &secret), at(1_999)).unwrap();
        assert_eq!(client.registration(), &registration("cli"));
        assert_eq!(keys().identify(&id, at(2_000)).unwrap_err(), EXPIRED);
        assert!(may_be_client_id(&id) && id.len() < 400, "{}", id.len());
    }

    #[test]
    fn the_secret_of_one_client_does_not_open_another() {
        let (one, one_secret) = keys().issue(&registration("one"));
        let (other, other_secret) = keys().issue(&registration("other"));
        for pair in [
            (&*one, &*other_secret),
            (&*other, &*one_secret),
            (&*one, &*one),
            (&*one_secret, &*one_secret),
            (&*one, ""),
        ] {
            assert_eq!(keys().authenticate(pair, at(1_500)).unwrap_err(), UNKNOWN);
        }
    }

    #[test]
    fn another_instance_knows_nothing_of_it() {
        let (id, secret) = keys().issue(&registration("cli"));
        let others = ClientKeys::derive(&[2; 32]);
        assert_eq!(others.identify(&id, at(1_500)).unwrap_err(), UNKNOWN);
        assert_eq!(
            others.authenticate((&id, &secret), at(1_500)).unwrap_err(),
            UNKNOWN
        );
    }

    #[test]
    fn a_token_that_names_no_algorithm_is_not_ours() {
        let (id, secret) = keys().issue(&registration("cli"));
        let (_, rest) = secret.split_once('.').unwrap();
        let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        for forged in [
            format!("{unsigned}.{rest}"),
            format!("{unsigned}.{}.", rest.split_once('.').unwrap().0),
        ] {
            assert_eq!(
                keys().authenticate((&id, &forged), at(1_500)).unwrap_err(),
                UNKNOWN
            );
        }
    }

    #[test]
    fn one_refresh_token_has_one_successor() {
        let token = Token::generate(&Random::new(|buffer| buffer.fill(7)));
        let successor = keys().successor(&token).unwrap();
        assert!(
            keys()
                .successor(&token)
                .unwrap()
                .matches(successor.expose())
        );
        assert!(
            !keys()
                .successor(&successor)
                .unwrap()
                .matches(successor.expose())
        );
        assert!(!successor.matches(token.expose()));
    }

    proptest! {
        #[test]
        fn a_changed_character_makes_an_id_unknown(position in 0usize..200, letter in "[A-Za-z0-9_.-]") {
            let (id, _) = keys().issue(&registration("cli"));
            let position = position % id.len();
            let mut changed = id.clone();
            changed.replace_range(position..=position, &letter);
            // The last character of the tag carries two bits that say nothing: an encoder sets them to zero.
            let opened = keys().identify(&changed, at(1_500));
            prop_assert_eq!(opened.is_ok(), changed == id);
        }

        #[test]
        fn no_text_makes_a_client(id in "\\PC{0,200}", secret in "\\PC{0,200}") {
            prop_assert!(keys().authenticate((&id, &secret), at(1_500)).is_err());
        }
    }
}
