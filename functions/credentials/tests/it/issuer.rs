//! An issuer of tokens on this machine, with a certificate that only the test trusts.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio_rustls::rustls::crypto::aws_lc_rs as provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use vestibule_credentials::TokenIssuers;

const DISCOVERY: &str = "/.well-known/openid-configuration";

type Answers = Arc<Mutex<HashMap<String, (u16, String)>>>;

/// Whom the test trusts, and as whom the servers of the test answer.
static IDENTITY: LazyLock<(RootCertStore, Arc<ServerConfig>)> = LazyLock::new(|| {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(provider::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    (roots, Arc::new(config))
});

/// The issuer, for as long as the test runs.
pub(crate) struct Issuer {
    pub(crate) url: String,
    key: EcdsaKeyPair,
    answers: Answers,
    asked: Arc<Mutex<Vec<String>>>,
}

/// Issuers that are reached on this machine, by the certificate of the test.
pub(crate) fn nearby() -> TokenIssuers {
    TokenIssuers::reached(|address: IpAddr| address.is_loopback(), IDENTITY.0.clone())
}

impl Issuer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answers, asked) = (Answers::default(), Arc::<Mutex<Vec<String>>>::default());
        let shared = (Arc::clone(&answers), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that hangs up, because it does not want the answer, is no failure of the server's.
                let _ = serve(stream.unwrap(), &shared);
            }
        });
        let issuer = Self {
            url: format!("https://localhost:{port}"),
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            answers,
            asked,
        };
        issuer.says(DISCOVERY, 200, &issuer.document().to_string());
        issuer.publishes(&[issuer.public_key("one")]);
        issuer
    }

    pub(crate) fn document(&self) -> Value {
        json!({ "issuer": self.url, "jwks_uri": format!("{}/keys", self.url) })
    }

    /// What is answered at `path` from now on.
    pub(crate) fn says(&self, path: &str, status: u16, body: &str) {
        let mut answers = self.answers.lock().unwrap();
        answers.insert(path.to_owned(), (status, body.to_owned()));
    }

    pub(crate) fn publishes(&self, keys: &[Value]) {
        self.says("/keys", 200, &json!({ "keys": keys }).to_string());
    }

    /// The paths that were asked for, and forgets them.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    pub(crate) fn public_key(&self, id: &str) -> Value {
        let point = &self.key.public_key().as_ref()[1..];
        let (x, y) = point.split_at(32);
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "kid": id, "use": "sig", "x": encode(x), "y": encode(y) })
    }

    /// A token with these claims, by the key that is called `id`.
    pub(crate) fn sign(&self, id: &str, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": id });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.unwrap()))
    }
}

fn serve(
    stream: TcpStream,
    (answers, asked): &(Answers, Arc<Mutex<Vec<String>>>),
) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(&IDENTITY.1)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    asked.lock().unwrap().push(path.clone());
    let answer = answers.lock().unwrap().get(&path).cloned();
    let (status, body) = answer.unwrap_or((404, String::new()));
    let location = if (300..400).contains(&status) {
        "location: /keys\r\n"
    } else {
        ""
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\n{location}content-length: {length}\r\n\r\n{body}"
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}
