//! Console SAML responses beside bare signatures of the same library: a response should cost little more than its signature.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use aws_sdk_dynamodb::Client;
use aws_smithy_types::body::SdkBody;
use axum::Router;
use axum::body::Body;
use futures_util::FutureExt;
use http::header::COOKIE;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use tower::ServiceExt;
use vestibule_shared::Random;
use vestibule_shared::saml::{MessageId, Response, ServiceProvider};
use vestibule_shared::signer::Signer;
use vestibule_tables::fixture::World;

use crate::connector::{self, around, operation};
use crate::cost::Processor;
use crate::figure::{Aim, Figure, Size, Spread, median, rate, title};
use crate::organization::{self, Keys};
use crate::{Error, Result};

/// The least processor time of one side of a round, in seconds.
const ROUND: f64 = 0.2;

/// Measures in turn, round after round: bare signatures, responses, forms.
pub(crate) async fn run(size: Size) -> Result<()> {
    title("Console SAML responses, a second of one core");
    let pkcs8 = Signer::generate_pkcs8()?;
    let (console, keys, certificate) = console(Signer::local(&pkcs8)?).await?;
    let bare = Bare::new(&pkcs8, signed_length(&keys.signer, &certificate)?)?;
    let random = Random::system();
    let mut rates = Rates::default();
    // The first round only warms up.
    for round in 0..size.choose(21, 3) {
        let bare = repeat(|| bare.sign())?;
        let response = repeat(|| respond(&keys.signer, &certificate, &random).map(drop))?;
        let form = repeat_form(&console).await?;
        if round > 0 {
            rates.bare.push(bare);
            rates.response.push(response);
            rates.form.push(form);
        }
    }
    rates.print();
    Ok(())
}

#[derive(Default)]
struct Rates {
    bare: Vec<f64>,
    response: Vec<f64>,
    form: Vec<f64>,
}

impl Rates {
    fn print(&self) {
        let bare = median(&self.bare);
        let line = |name, rates: &[f64], aim| {
            let ratios = rates.iter().zip(&self.bare).map(|(ours, bare)| ours / bare);
            Figure {
                name,
                ours: format!("{:.0}", median(rates)),
                beside: format!("{bare:.0} bare RSA-2048 signatures"),
                ratio: Some(Spread::of(ratios.collect())),
                aim,
            }
            .print();
        };
        line(
            "responses, made and signed",
            &self.response,
            Aim::AtLeast(0.95),
        );
        line(
            "forms of GET /saml/console, table answers at hand",
            &self.form,
            Aim::None,
        );
    }
}

/// The same library's signature and nothing else.
struct Bare {
    key: RsaKeyPair,
    message: Vec<u8>,
}

impl Bare {
    fn new(pkcs8: &[u8], length: usize) -> Result<Self> {
        let key = RsaKeyPair::from_pkcs8(pkcs8).map_err(|error| error.to_string())?;
        if key.public_modulus_len() != KeySize::Rsa2048.len() {
            return Err("the key is not of 2048 bits".into());
        }
        let message = vec![b'x'; length];
        Ok(Self { key, message })
    }

    fn sign(&self) -> Result<()> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(&RSA_PKCS1_SHA256, &random, &self.message, &mut signature)
            .map_err(|_| Error::from("the library does not sign"))
    }
}

/// How many bytes of a response are signed.
fn signed_length(signer: &Signer, certificate: &str) -> Result<usize> {
    let xml = respond(signer, certificate, &Random::system())?;
    let (_, rest) = xml
        .split_once("<ds:SignedInfo")
        .ok_or("nothing is signed")?;
    let (info, _) = rest
        .split_once("</ds:SignedInfo>")
        .ok_or("nothing is signed")?;
    Ok(info.len())
}

/// Makes and signs a response as the console gets it.
fn respond(signer: &Signer, certificate: &str, random: &Random) -> Result<String> {
    let response = Response {
        issuer: "https://vestibule.invalid/ssoins-0123456789abcdef",
        recipient: ServiceProvider::AWS.sign_in_endpoint,
        audience: ServiceProvider::AWS.audience,
        role_arn: "arn:aws:iam::111111111111:role/vestibule/VestibuleSSO_ReadOnly_0123456789abcdef",
        provider_arn: "arn:aws:iam::111111111111:saml-provider/Vestibule_ssoins-0123456789abcdef",
        name_id: "0123456789-01234567-89ab-cdef-0123-456789abcdef",
        role_session_name: "alice",
        source_identity: "0123456789-01234567-89ab-cdef-0123-456789abcdef",
        session_duration: Duration::from_hours(1),
        principal_tags: &BTreeMap::new(),
        response_id: &MessageId::from_random(random.bytes()),
        assertion_id: &MessageId::from_random(random.bytes()),
        issue_instant: Timestamp::UNIX_EPOCH,
        authentication_instant: Timestamp::UNIX_EPOCH,
    };
    let signed = response.sign(signer, certificate);
    // A key in memory is never waited for.
    let signed = signed.now_or_never().ok_or("the key is not in memory")?;
    Ok(signed?.xml().to_owned())
}

/// How often `work` is done in a second of this thread.
fn repeat(mut work: impl FnMut() -> Result<()>) -> Result<f64> {
    let begun = Processor::Thread.seconds();
    let mut count = 0;
    loop {
        work()?;
        count += 1;
        let seconds = Processor::Thread.seconds() - begun;
        if seconds >= ROUND {
            return Ok(rate(count, seconds));
        }
    }
}

async fn repeat_form(console: &Console) -> Result<f64> {
    let begun = Processor::Thread.seconds();
    let mut count = 0;
    loop {
        console.open().await?;
        count += 1;
        let seconds = Processor::Thread.seconds() - begun;
        if seconds >= ROUND {
            return Ok(rate(count, seconds));
        }
    }
}

/// The function over tables whose answers were read before, with somebody who may enter an account.
struct Console {
    router: Router,
    cookie: String,
}

impl Console {
    async fn open(&self) -> Result<()> {
        let request = Request::get("/saml/console?account_id=111111111111&role_name=ReadOnly")
            .header(COOKIE, &self.cookie)
            .body(Body::empty())?;
        let response = self.router.clone().oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status != StatusCode::OK || body.is_empty() {
            return Err(format!("the console answers {status}").into());
        }
        Ok(())
    }
}

async fn console(signer: Signer) -> Result<(Console, Keys, String)> {
    let (engine, names) = organization::tables().await?;
    let world = World::over(&engine.client(), names, Some(engine))?;
    let sample = world.populate().await?;
    let keys = Keys {
        signer,
        ..Keys::generate()?
    };
    let certificate = organization::certify(&world, &sample, &keys).await?;
    let token = world.sign_in(&sample.user.id).await?;
    let replayed = organization::through(&world, &replay(&world.client())?)?;
    let console = Console {
        router: organization::saml(&replayed, &keys),
        cookie: format!("vestibule={}", token.expose()),
    };
    Ok((console, keys, certificate))
}

/// Keeps what the tables answer to a read and gives it again, so that what is measured is the function and the SDK and not
/// the tables' engine, which no Lambda has. Writes are said to be done.
fn replay(client: &Client) -> Result<Client> {
    let kept: Arc<Mutex<BTreeMap<Vec<u8>, Vec<u8>>>> = Arc::default();
    around(client, move |request, inner| {
        use aws_smithy_runtime_api::client::http::HttpConnector;
        let kept = Arc::clone(&kept);
        async move {
            if operation(&request) == "PutItem" {
                return connector::answer("{}");
            }
            let key = request.body().bytes().unwrap_or_default().to_vec();
            let known = kept.lock().ok().and_then(|kept| kept.get(&key).cloned());
            if let Some(known) = known {
                return connector::answer(known);
            }
            let answer = inner.call(request).await?;
            let bytes = answer.body().bytes().unwrap_or_default().to_vec();
            if let Ok(mut kept) = kept.lock() {
                kept.insert(key, bytes.clone());
            }
            connector::answer(SdkBody::from(bytes))
        }
    })
}
