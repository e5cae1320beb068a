//! The sample organization as the events know it: alice has a password, a session and a link whose secrets are in the
//! events, and the instance has its certificate and its own secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use vestibule::aws;
use vestibule_portal::{Authenticators, Context};
use vestibule_shared::certificate;
use vestibule_shared::edge;
use vestibule_shared::sealing::Sealer;
use vestibule_shared::store::keys::{CLIENT_REGISTRATION_SECRET, Certificate};
use vestibule_shared::store::sessions::{PasswordLink, Session};
use vestibule_shared::token::Token;
use vestibule_tables::fixture::{Sample, World};

use super::aws::Aws;
use super::read;

/// The session's cookie, and the one-time link.
const SECRET: &str = "eventseventseventseventseventseventseventse";
/// The password that the events sign in with.
const PASSWORD: &str = "Correct-Horse-7";
/// A session that no clock ends.
const NEVER: i64 = 4_102_444_800;

pub(crate) async fn organization(aws: &Aws) -> World {
    let (world, sample) = World::with_sample().await.unwrap();
    give_password(&world, &sample).await;
    // A link must be newer than the password that it is to replace.
    world.advance(SignedDuration::from_secs(1));
    let hash = Token::parse(SECRET).unwrap().hash();
    let session = Session {
        user: sample.user.id.clone(),
        created_at: world.clock.now(),
        expires_at: Timestamp::from_second(NEVER).unwrap(),
        address: "192.0.2.1".to_owned(),
        user_agent: None,
    };
    let record = world.record();
    let created = world
        .sessions
        .create_session((&hash, &session), world.recorded(&record));
    created.await.unwrap();
    invite(&world, &sample).await;
    certify(&world, &sample, aws).await;
    make_secret(&world, aws).await;
    world
}

async fn invite(world: &World, sample: &Sample) {
    let hash = Token::parse(SECRET).unwrap().hash();
    let link = PasswordLink {
        user: sample.user.id.clone(),
        created_at: world.clock.now(),
        by_helpdesk: false,
    };
    let expires_at = Timestamp::from_second(NEVER).unwrap();
    let record = world.record();
    let created = world
        .sessions
        .create_link(&hash, (&link, expires_at), world.recorded(&record));
    created.await.unwrap();
}

/// Sends the form of the event that sets a password, with the password that the other events know.
async fn give_password(world: &World, sample: &Sample) {
    invite(world, sample).await;
    let mut event = read("portal", "password.json");
    let form = STANDARD.decode(event["body"].as_str().unwrap()).unwrap();
    let form = String::from_utf8(form).unwrap();
    let chosen = form
        .split('&')
        .find_map(|field| field.strip_prefix("password="));
    let form = form.replace(chosen.unwrap(), PASSWORD);
    event["body"] = STANDARD.encode(form).into();
    let router = vestibule_portal::router(Context {
        directory: world.directory.clone(),
        access: world.access.clone(),
        sessions: world.sessions.clone(),
        authenticators: Authenticators::new(world.table("AuthenticatorsTable").unwrap()),
        audit: world.audit.clone(),
        clock: world.clock.clone(),
        random: world.random.clone(),
    });
    let answer: Value = edge::answer(router, event).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
}

async fn certify(world: &World, sample: &Sample, aws: &Aws) {
    let not_before = world.clock.now();
    let der = certificate::issue(&certificate::Request {
        public_key_der: &aws.signer().public_key_der().await.unwrap(),
        instance: sample.instance.id.as_str(),
        not_before,
        serial: [7; 16],
    });
    let certificate = Certificate {
        der_base64: STANDARD.encode(der.unwrap()),
        not_after: not_before + SignedDuration::from_hours(24 * 3650),
    };
    let record = world.record();
    let created = world
        .keys
        .create_certificate(&certificate, world.recorded(&record));
    created.await.unwrap();
}

async fn make_secret(world: &World, aws: &Aws) {
    let config = aws::emulator(&format!("http://{}", aws.address));
    let sealer = Sealer::kms(aws_sdk_kms::Client::new(&config), "sealing".to_owned());
    let name = CLIENT_REGISTRATION_SECRET;
    let moment = (world.clock.now(), &world.random);
    let sealed = sealer.seal(name, &[7; 32], moment).await.unwrap();
    let record = world.record();
    world
        .keys
        .create_instance_secret(name, sealed, world.recorded(&record))
        .await
        .unwrap();
}
