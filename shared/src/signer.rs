//! The key that AWS accounts trust: whoever may use it can enter every account, so on AWS it never
//! leaves KMS, and on a laptop it is a key that was opened from a sealed file.
//!
//! Signatures are RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2), the one algorithm every SAML
//! consumer takes.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};

/// KMS takes at most this many bytes of a message that it digests itself (`MessageType` RAW).
pub const LONGEST_MESSAGE: usize = 4096;

/// Signs with the instance's key, wherever that key is kept. Cheap to clone.
#[derive(Clone)]
pub struct Signer {
    key: Key,
}

#[derive(Clone)]
enum Key {
    Local(Arc<RsaKeyPair>),
    Kms {
        client: aws_sdk_kms::Client,
        id: String,
    },
}

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no RSA private key in PKCS#8, or one that is too weak.
    #[error("the signing key was refused")]
    Refused,
    /// The message is longer than [`LONGEST_MESSAGE`], which only a mistake of ours can cause.
    #[error("the message to sign is longer than {LONGEST_MESSAGE} bytes")]
    TooLong,
    /// The cryptographic library failed, which it does not explain.
    #[error("the cryptographic library failed")]
    Library,
    /// KMS did not answer, or refused.
    #[error("the key management service did not do it")]
    Unavailable(#[source] Box<aws_sdk_kms::Error>),
    /// KMS answered without the member that was asked for.
    #[error("the key management service answered without a result")]
    Empty,
}

impl Signer {
    /// Makes a new RSA-2048 private key, in PKCS#8 (RFC 5208), for [`Signer::local`]. Keep it sealed.
    pub fn generate_pkcs8() -> Result<Vec<u8>, Error> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| Error::Library)?;
        let der = pair.as_der().map_err(|_| Error::Library)?;
        Ok(der.as_ref().to_vec())
    }

    /// Signs with an RSA private key in memory.
    pub fn local(pkcs8: &[u8]) -> Result<Self, Error> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| Error::Refused)?;
        Ok(Self {
            key: Key::Local(Arc::new(pair)),
        })
    }

    /// Signs with an asymmetric KMS key (`RSA_2048`, `SIGN_VERIFY`), named by id, ARN or alias.
    #[must_use]
    pub fn kms(client: aws_sdk_kms::Client, key_id: impl Into<String>) -> Self {
        Self {
            key: Key::Kms {
                client,
                id: key_id.into(),
            },
        }
    }

    /// The signature over `message`, which may have [`LONGEST_MESSAGE`] bytes.
    pub async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        if message.len() > LONGEST_MESSAGE {
            return Err(Error::TooLong);
        }
        match &self.key {
            Key::Local(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .map_err(|_| Error::Library)?;
                Ok(signature)
            }
            Key::Kms { client, id } => {
                let answer = client
                    .sign()
                    .key_id(id)
                    .message(Blob::new(message))
                    // With DIGEST some emulators of KMS sign the wrong thing; RAW needs no digest of ours.
                    .message_type(MessageType::Raw)
                    .signing_algorithm(SigningAlgorithmSpec::RsassaPkcs1V15Sha256)
                    .send()
                    .await
                    .map_err(unavailable)?;
                Ok(answer.signature.ok_or(Error::Empty)?.into_inner())
            }
        }
    }

    /// The public key as a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) in DER.
    pub async fn public_key_der(&self) -> Result<Vec<u8>, Error> {
        match &self.key {
            Key::Local(pair) => {
                let der = pair.public_key().as_der().map_err(|_| Error::Library)?;
                Ok(der.as_ref().to_vec())
            }
            Key::Kms { client, id } => {
                let answer = client
                    .get_public_key()
                    .key_id(id)
                    .send()
                    .await
                    .map_err(unavailable)?;
                Ok(answer.public_key.ok_or(Error::Empty)?.into_inner())
            }
        }
    }
}

fn unavailable(error: impl Into<aws_sdk_kms::Error>) -> Error {
    Error::Unavailable(Box::new(error.into()))
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.key {
            Key::Local(_) => "Signer(local)",
            Key::Kms { .. } => "Signer(kms)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
    use aws_smithy_runtime_api::client::http::{
        HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
    };
    use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
    use aws_smithy_types::body::SdkBody;
    use data_encoding::BASE64;
    use serde_json::{Value, json};

    /// Answers every request with one status and body, if it asks for what was expected.
    #[derive(Debug, Clone)]
    struct Stub {
        target: &'static str,
        request: Value,
        status: u16,
        answer: Value,
    }

    impl HttpConnector for Stub {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            let target = request.headers().get("x-amz-target");
            assert_eq!(target, Some(self.target));
            let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
            assert_eq!(body, self.request);
            let answer = http::Response::builder()
                .status(self.status)
                .body(SdkBody::from(self.answer.to_string()))
                .unwrap();
            HttpConnectorFuture::ready(Ok(HttpResponse::try_from(answer).unwrap()))
        }
    }

    fn kms(stub: Stub) -> Signer {
        let config = aws_sdk_kms::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .http_client(http_client_fn(move |_, _| {
                SharedHttpConnector::new(stub.clone())
            }))
            .build();
        Signer::kms(aws_sdk_kms::Client::from_conf(config), "alias/signing")
    }

    fn sign_stub(status: u16, answer: Value) -> Stub {
        let request = json!({
            "KeyId": "alias/signing",
            "Message": BASE64.encode(b"message"),
            "MessageType": "RAW",
            "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
        });
        Stub {
            target: "TrentService.Sign",
            request,
            status,
            answer,
        }
    }

    #[tokio::test]
    async fn a_local_signature_verifies_with_the_public_key() {
        let signer = Signer::local(&Signer::generate_pkcs8().unwrap()).unwrap();
        let signature = signer.sign(b"message").await.unwrap();
        let public_key = signer.public_key_der().await.unwrap();
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key);
        key.verify(b"message", &signature).unwrap();
        key.verify(b"another", &signature).unwrap_err();
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for bytes in [&b""[..], b"-----BEGIN PRIVATE KEY-----"] {
            assert!(matches!(Signer::local(bytes), Err(Error::Refused)));
        }
    }

    #[tokio::test]
    async fn a_message_that_kms_would_refuse_is_refused_locally_too() {
        let signer = Signer::local(&Signer::generate_pkcs8().unwrap()).unwrap();
        signer.sign(&[0; LONGEST_MESSAGE]).await.unwrap();
        let error = signer.sign(&[0; LONGEST_MESSAGE + 1]).await.unwrap_err();
        assert!(matches!(error, Error::TooLong));
    }

    #[tokio::test]
    async fn kms_signs_the_message_itself() {
        let answer = json!({ "Signature": BASE64.encode(b"signature") });
        let signer = kms(sign_stub(200, answer));
        assert_eq!(signer.sign(b"message").await.unwrap(), b"signature");
        assert_eq!(format!("{signer:?}"), "Signer(kms)");
    }

    #[tokio::test]
    async fn kms_tells_the_public_key() {
        let signer = kms(Stub {
            target: "TrentService.GetPublicKey",
            request: json!({ "KeyId": "alias/signing" }),
            status: 200,
            answer: json!({ "PublicKey": BASE64.encode(b"key") }),
        });
        assert_eq!(signer.public_key_der().await.unwrap(), b"key");
    }

    #[tokio::test]
    async fn a_refusal_of_kms_is_an_error() {
        let denied = json!({ "__type": "AccessDeniedException", "message": "no" });
        let error = kms(sign_stub(400, denied)).sign(b"message").await;
        assert!(matches!(error, Err(Error::Unavailable(_))));
        let error = kms(sign_stub(200, json!({}))).sign(b"message").await;
        assert!(matches!(error, Err(Error::Empty)));
    }
}
