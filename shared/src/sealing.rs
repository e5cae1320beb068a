//! Secrets that must be read back, sealed with AES-256-GCM: on AWS under a data key from KMS, locally under a key
//! file. The record's own key is associated data, so that a sealed secret cannot be moved to another record.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::{SignedDuration, Timestamp};

use crate::Random;

/// How long an opened data key stays in memory.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(5);
/// How many opened data keys stay in memory.
const REMEMBERED_KEYS: usize = 64;
/// The name in KMS's encryption context that ties data keys to their purpose.
const PURPOSE: (&str, &str) = ("vestibule", "sealing");

/// Why a secret could not be sealed or opened. Says nothing about the secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What is to be opened was not sealed by us, or for another record.
    #[error("the sealed secret cannot be opened")]
    Unreadable,
    /// KMS did not answer or refused.
    #[error("the key service cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Seals and opens secrets.
#[derive(Clone)]
pub struct Sealer(Arc<Kind>);

enum Kind {
    File([u8; 32]),
    Kms {
        client: aws_sdk_kms::Client,
        key_id: String,
        opened: Mutex<VecDeque<Opened>>,
    },
}

#[derive(Clone)]
struct Opened {
    wrapped: String,
    key: [u8; 32],
    /// Whether this process had it made: under what merely came with a record, nothing new is sealed.
    generated: bool,
    since: Timestamp,
}

impl Sealer {
    /// Seals under a key that a local file holds.
    #[must_use]
    pub fn file(key: [u8; 32]) -> Self {
        Self(Arc::new(Kind::File(key)))
    }

    /// Seals under data keys of a KMS key.
    #[must_use]
    pub fn kms(client: aws_sdk_kms::Client, key_id: String) -> Self {
        Self(Arc::new(Kind::Kms {
            client,
            key_id,
            opened: Mutex::new(VecDeque::new()),
        }))
    }

    /// Seals `secret` for the record called `record`.
    pub async fn seal(
        &self,
        record: &str,
        secret: &[u8],
        (now, random): (Timestamp, &Random),
    ) -> Result<String, Error> {
        let (wrapped, key) = self.sealing_key(now).await?;
        let nonce = random.bytes::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        cipher(&key)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(record.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| Error::Unreadable)?;
        Ok(format!(
            "1.{wrapped}.{}.{}",
            STANDARD_NO_PAD.encode(nonce),
            STANDARD_NO_PAD.encode(sealed)
        ))
    }

    /// Opens what was sealed for the record called `record`.
    pub async fn open(&self, record: &str, sealed: &str, now: Timestamp) -> Result<Vec<u8>, Error> {
        let mut parts = sealed.split('.');
        let (Some("1"), Some(wrapped), Some(nonce), Some(text), None) = (
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        ) else {
            return Err(Error::Unreadable);
        };
        let decode = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| Error::Unreadable);
        let nonce: [u8; NONCE_LEN] = decode(nonce)?.try_into().map_err(|_| Error::Unreadable)?;
        let mut text = decode(text)?;
        let key = self.opening_key(wrapped, now).await?;
        let secret = cipher(&key)?
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(record.as_bytes()),
                &mut text,
            )
            .map_err(|_| Error::Unreadable)?;
        Ok(secret.to_vec())
    }

    async fn sealing_key(&self, now: Timestamp) -> Result<(String, [u8; 32]), Error> {
        let (client, key_id, opened) = match &*self.0 {
            Kind::File(key) => return Ok((String::new(), *key)),
            Kind::Kms {
                client,
                key_id,
                opened,
            } => (client, key_id, opened),
        };
        if let Some(found) = remembered(opened, now, |opened| opened.generated) {
            return Ok((found.wrapped, found.key));
        }
        let answer = client
            .generate_data_key()
            .key_id(key_id)
            .key_spec(DataKeySpec::Aes256)
            .encryption_context(PURPOSE.0, PURPOSE.1)
            .send()
            .await
            .map_err(|error| Error::Unavailable(error.into()))?;
        let wrapped = answer.ciphertext_blob.ok_or(Error::Unreadable)?;
        let wrapped = STANDARD_NO_PAD.encode(wrapped);
        let key = data_key(answer.plaintext)?;
        let made = Opened {
            wrapped: wrapped.clone(),
            key,
            generated: true,
            since: now,
        };
        remember(opened, made);
        Ok((wrapped, key))
    }

    async fn opening_key(&self, wrapped: &str, now: Timestamp) -> Result<[u8; 32], Error> {
        let (client, key_id, opened) = match &*self.0 {
            Kind::File(key) => return Ok(*key),
            Kind::Kms {
                client,
                key_id,
                opened,
            } => (client, key_id, opened),
        };
        if let Some(found) = remembered(opened, now, |opened| opened.wrapped == wrapped) {
            return Ok(found.key);
        }
        let blob = STANDARD_NO_PAD
            .decode(wrapped)
            .map_err(|_| Error::Unreadable)?;
        let answer = client
            .decrypt()
            .key_id(key_id)
            .ciphertext_blob(Blob::new(blob))
            .encryption_context(PURPOSE.0, PURPOSE.1)
            .send()
            .await
            .map_err(|error| Error::Unavailable(error.into()))?;
        let key = data_key(answer.plaintext)?;
        let found = Opened {
            wrapped: wrapped.to_owned(),
            key,
            generated: false,
            since: now,
        };
        remember(opened, found);
        Ok(key)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sealer")
    }
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, Error> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Error::Unreadable)?;
    Ok(LessSafeKey::new(key))
}

fn data_key(plaintext: Option<Blob>) -> Result<[u8; 32], Error> {
    plaintext
        .and_then(|blob| blob.into_inner().try_into().ok())
        .ok_or(Error::Unreadable)
}

fn remembered(
    opened: &Mutex<VecDeque<Opened>>,
    now: Timestamp,
    wanted: impl Fn(&Opened) -> bool,
) -> Option<Opened> {
    let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
    opened.retain(|opened| now.duration_since(opened.since) < REMEMBERED);
    opened.iter().rfind(|opened| wanted(opened)).cloned()
}

fn remember(opened: &Mutex<VecDeque<Opened>>, key: Opened) {
    let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
    if opened.len() >= REMEMBERED_KEYS {
        opened.pop_front();
    }
    opened.push_back(key);
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::json;

    fn moment() -> (Timestamp, Random) {
        (Timestamp::UNIX_EPOCH, Random::new(|buffer| buffer.fill(3)))
    }

    #[tokio::test]
    async fn a_sealed_secret_opens_for_its_record_and_no_other() {
        let sealer = Sealer::file([1; 32]);
        let (now, random) = moment();
        let sealed = sealer.seal("a", b"secret", (now, &random)).await.unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(sealer.open("a", &sealed, now).await.unwrap(), b"secret");
        assert!(sealer.open("b", &sealed, now).await.is_err());
        assert!(Sealer::file([2; 32]).open("a", &sealed, now).await.is_err());
    }

    /// A KMS that opens every data key as the same bytes, and makes new ones of others.
    #[derive(Debug)]
    struct DataKeys;

    impl HttpConnector for DataKeys {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let target = request.headers().get("x-amz-target");
            let byte = match target {
                Some("TrentService.GenerateDataKey") => 2,
                _ => 1,
            };
            let answer = json!({
                "KeyId": "key",
                "Plaintext": STANDARD.encode([byte; 32]),
                "CiphertextBlob": STANDARD.encode("generated"),
            });
            let answer = http::Response::new(SdkBody::from(answer.to_string()));
            HttpConnectorFuture::ready(Ok(HttpResponse::try_from(answer).unwrap()))
        }
    }

    fn kms() -> Sealer {
        let config = aws_sdk_kms::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .http_client(http_client_fn(|_, _| SharedHttpConnector::new(DataKeys)))
            .build();
        Sealer::kms(aws_sdk_kms::Client::from_conf(config), "key".to_owned())
    }

    #[tokio::test]
    async fn nothing_is_sealed_under_a_key_that_was_only_opened() {
        let (now, random) = moment();
        let sealed = Sealer::file([1; 32]);
        let sealed = sealed.seal("a", b"secret", (now, &random)).await.unwrap();
        let foreign = STANDARD_NO_PAD.encode("foreign");
        let sealed = sealed.replacen("1.", &format!("1.{foreign}"), 1);
        let sealer = kms();
        assert_eq!(sealer.open("a", &sealed, now).await.unwrap(), b"secret");

        let generated = format!("1.{}.", STANDARD_NO_PAD.encode("generated"));
        for _ in 0..2 {
            let ours = sealer.seal("a", b"mine", (now, &random)).await.unwrap();
            assert!(ours.starts_with(&generated), "{ours}");
            assert_eq!(sealer.open("a", &ours, now).await.unwrap(), b"mine");
        }
    }

    #[tokio::test]
    async fn garbage_does_not_open() {
        let sealer = Sealer::file([1; 32]);
        for garbage in ["", "1", "1...", "2.a.b.c", "1.-.-.-", "1.AA.AA.AA.AA"] {
            assert!(sealer.open("a", garbage, moment().0).await.is_err());
        }
    }
}
