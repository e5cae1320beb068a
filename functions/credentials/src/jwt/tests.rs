//! Tokens as honest issuers make them, and as others do.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaKeyPair,
};
use aws_lc_rs::{hmac, signature};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

use super::*;

const ISSUER: &str = "https://issuer.example.com";
const NOW: i64 = 1_800_000_000;

static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
static P256: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());
static P384: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap());

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn rsa_key() -> Value {
    // PKCS#1: a sequence of two integers, whose lengths are those of every key of this size.
    let der = RSA.public_key().as_ref();
    let (modulus, exponent) = (&der[9..265], &der[267..]);
    assert_eq!((der.len(), exponent), (270, &[1, 0, 1][..]));
    json!({ "kty": "RSA", "kid": "rsa", "n": encode(modulus), "e": encode(exponent) })
}

fn point_key(key: &EcdsaKeyPair, curve: &str, id: &str) -> Value {
    let point = &key.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    json!({ "kty": "EC", "crv": curve, "kid": id, "x": encode(x), "y": encode(y) })
}

fn key_set(keys: &[Value]) -> KeySet {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn all_keys() -> KeySet {
    key_set(&[
        rsa_key(),
        point_key(&P256, "P-256", "p256"),
        point_key(&P384, "P-384", "p384"),
    ])
}

fn with_rsa(encoding: &'static dyn signature::RsaEncoding, message: &str) -> Vec<u8> {
    let mut signature = vec![0; RSA.public_modulus_len()];
    let random = SystemRandom::new();
    RSA.sign(encoding, &random, message.as_bytes(), &mut signature)
        .unwrap();
    signature
}

fn sign(algorithm: &str, message: &str) -> Vec<u8> {
    let random = SystemRandom::new();
    match algorithm {
        "RS384" => with_rsa(&RSA_PKCS1_SHA384, message),
        "RS512" => with_rsa(&RSA_PKCS1_SHA512, message),
        "PS256" => with_rsa(&RSA_PSS_SHA256, message),
        "ES256" => P256
            .sign(&random, message.as_bytes())
            .unwrap()
            .as_ref()
            .to_vec(),
        "ES384" => P384
            .sign(&random, message.as_bytes())
            .unwrap()
            .as_ref()
            .to_vec(),
        _ => with_rsa(&RSA_PKCS1_SHA256, message),
    }
}

fn key_id(algorithm: &str) -> &'static str {
    match algorithm {
        "ES256" => "p256",
        "ES384" => "p384",
        _ => "rsa",
    }
}

fn header(algorithm: &str) -> Value {
    json!({ "alg": algorithm, "typ": "JWT", "kid": key_id(algorithm) })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "app", "sub": "1", "jti": "one", "email": "alice@example.com",
        "realm": { "names": { "login": "alice" } },
        "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 300,
    })
}

fn text(header: &str, claims: &str) -> String {
    let algorithm = serde_json::from_str::<Value>(header).unwrap_or_default();
    let algorithm = algorithm["alg"].as_str().unwrap_or_default().to_owned();
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = sign(&algorithm, &signed);
    format!("{signed}.{}", encode(signature))
}

fn token(header: &Value, claims: &Value) -> String {
    text(&header.to_string(), &claims.to_string())
}

fn verify_with(keys: &KeySet, token: &str) -> Result<VerifiedAssertion, Flaw> {
    let expected = Expected {
        issuer: ISSUER,
        audiences: &["other".to_owned(), "app".to_owned()],
        now: Timestamp::from_second(NOW).unwrap(),
    };
    UnverifiedAssertion::parse(token)?.verify(keys, &expected)
}

fn verify(token: &str) -> Result<VerifiedAssertion, Flaw> {
    verify_with(&all_keys(), token)
}

/// The flaw of a token that differs from a good one in these claims.
fn changed(change: impl FnOnce(&mut Value)) -> Option<Flaw> {
    let mut claims = claims();
    change(&mut claims);
    verify(&token(&header("RS256"), &claims)).err()
}

#[test]
fn every_accepted_algorithm_verifies() {
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"] {
        let assertion = verify(&token(&header(algorithm), &claims())).unwrap();
        assert_eq!(assertion.claim("email"), Some("alice@example.com"));
        assert_eq!(assertion.issued_at().as_second(), NOW - 10);
        assert_eq!(assertion.presentable_until().as_second(), NOW + 360);
        // So too when the token does not say which of the keys it is.
        let unnamed = json!({ "alg": algorithm });
        assert!(verify(&token(&unnamed, &claims())).is_ok(), "{algorithm}");
    }
}

#[test]
fn a_claim_is_found_along_its_path() {
    let mut strange = claims();
    strange["preferred_username"] = "alice".into();
    strange["number"] = 1.into();
    strange["empty"] = "".into();
    let assertion = verify(&token(&header("RS256"), &strange)).unwrap();
    assert_eq!(assertion.claim("realm.names.login"), Some("alice"));
    assert_eq!(assertion.claim("preferred_username"), Some("alice"));
    for path in [
        "realm",
        "realm.names",
        "realm.name.login",
        "number",
        "empty",
        "none",
        "",
    ] {
        assert_eq!(assertion.claim(path), None, "{path}");
    }
}

#[test]
fn an_address_that_the_issuer_did_not_verify_is_nobodys() {
    for (verified, expected) in [
        (json!(true), Some("alice@example.com")),
        (json!(false), None),
        (json!("false"), None),
    ] {
        let mut claims = claims();
        claims["email_verified"] = verified;
        let assertion = verify(&token(&header("RS256"), &claims)).unwrap();
        assert_eq!(assertion.claim("email"), expected);
    }
}

#[test]
fn whatever_is_not_as_expected_is_refused() {
    assert_eq!(changed(|_| {}), None);
    assert_eq!(
        changed(|c| c["iss"] = "https://issuer.example.com/".into()),
        Some(Flaw::Issuer)
    );
    assert_eq!(changed(|c| c["iss"] = json!([ISSUER])), Some(Flaw::Issuer));
    assert_eq!(changed(|c| c["aud"] = "App".into()), Some(Flaw::Audience));
    assert_eq!(
        changed(|c| c["aud"] = json!(["app", 1])),
        Some(Flaw::Audience)
    );
    assert_eq!(changed(|c| c["aud"] = json!([])), Some(Flaw::Audience));
    assert_eq!(
        changed(|c| c["aud"] = json!({ "app": 1 })),
        Some(Flaw::Audience)
    );
    assert_eq!(changed(|c| c["aud"] = json!(["x", "app"])), None);
    assert_eq!(
        changed(|c| c["exp"] = "never".into()),
        Some(Flaw::Malformed)
    );
    assert_eq!(changed(|c| c["exp"] = json!(1e300)), Some(Flaw::Malformed));
    assert_eq!(changed(|c| c["jti"] = 1.into()), Some(Flaw::Malformed));
    for name in ["exp", "iat"] {
        let without = changed(|c| drop(c.as_object_mut().unwrap().remove(name)));
        assert_eq!(without, Some(Flaw::MissingClaim), "{name}");
    }
    let without = changed(|c| drop(c.as_object_mut().unwrap().remove("aud")));
    assert_eq!(without, Some(Flaw::Audience));
}

#[test]
fn time_counts_to_the_second_with_a_minute_of_grace() {
    assert_eq!(changed(|c| c["exp"] = (NOW - 59).into()), None);
    assert_eq!(
        changed(|c| c["exp"] = (NOW - 60).into()),
        Some(Flaw::Expired)
    );
    assert_eq!(
        changed(|c| c["exp"] = json!(i64::MAX)),
        Some(Flaw::Malformed)
    );
    for name in ["iat", "nbf"] {
        assert_eq!(changed(|c| c[name] = (NOW + 60).into()), None);
        let late = changed(|c| c[name] = (NOW + 61).into());
        assert_eq!(late, Some(Flaw::NotYetValid), "{name}");
    }
    // Parts of seconds are allowed (RFC 7519 §2).
    assert_eq!(changed(|c| c["exp"] = json!(300.5 + 1.8e9)), None);
}

#[test]
fn no_algorithm_can_be_talked_into() {
    for algorithm in [
        "none", "None", "nOnE", "HS256", "rs256", "ES512", "EdDSA", "ES256K", "",
    ] {
        let token = token(&header(algorithm), &claims());
        assert_eq!(verify(&token).unwrap_err(), Flaw::Algorithm, "{algorithm}");
    }
    let unsigned = token(&header("RS256"), &claims());
    let (signed, _) = unsigned.rsplit_once('.').unwrap();
    assert_eq!(verify(&format!("{signed}.")).unwrap_err(), Flaw::Signature);
    // Keyed with what everybody knows (RFC 8725 §2.1).
    let key = hmac::Key::new(
        hmac::HMAC_SHA256,
        rsa_key()["n"].as_str().unwrap().as_bytes(),
    );
    let tag = hmac::sign(&key, signed.as_bytes());
    assert_eq!(
        verify(&format!("{signed}.{}", encode(tag))).unwrap_err(),
        Flaw::Signature
    );
}

#[test]
fn a_key_is_used_for_nothing_else() {
    let good = token(&header("RS256"), &claims());
    let with = |member: &str, value: Value| {
        let mut key = rsa_key();
        key[member] = value;
        verify_with(&key_set(&[key]), &good).err()
    };
    assert_eq!(with("use", "sig".into()), None);
    assert_eq!(with("key_ops", json!(["verify"])), None);
    assert_eq!(with("alg", "RS256".into()), None);
    for (member, value) in [
        ("use", json!("enc")),
        ("use", json!(1)),
        ("key_ops", json!(["encrypt"])),
        ("key_ops", json!("verify")),
        ("alg", json!("RS512")),
        ("alg", json!("RSA-OAEP")),
        ("alg", json!("HS256")),
        ("kid", json!("other")),
        ("kid", json!(1)),
        ("kty", json!("oct")),
        ("kty", json!("EC")),
    ] {
        let flaw = with(member, value.clone());
        assert_eq!(flaw, Some(Flaw::UnknownKey), "{member}: {value}");
    }
    // The key of one curve does not verify the algorithm of another.
    let crossed = json!({ "alg": "ES256", "kid": "p384" });
    assert_eq!(
        verify(&token(&crossed, &claims())).unwrap_err(),
        Flaw::UnknownKey
    );
}

#[test]
fn weak_and_misshapen_keys_are_no_keys() {
    let odd = |length: usize| {
        let mut bytes = vec![0xff_u8; length];
        bytes[length - 1] |= 1;
        encode(bytes)
    };
    let mut even = vec![0xff_u8; 256];
    even[255] = 0xfe;
    let rsa = |n: String, e: &[u8]| json!({ "kty": "RSA", "n": n, "e": encode(e) });
    let zeros = encode([vec![0; 200], vec![0xff; 128]].concat());
    for key in [
        rsa(odd(255), &[1, 0, 1]),
        rsa(odd(128), &[1, 0, 1]),
        rsa(odd(1025), &[1, 0, 1]),
        rsa(zeros, &[1, 0, 1]),
        rsa(encode(even), &[1, 0, 1]),
        rsa(odd(256), &[1]),
        rsa(odd(256), &[3]),
        rsa(odd(256), &[0]),
        rsa(odd(256), &[]),
        rsa(odd(256), &[1, 0, 0]),
        rsa(odd(256), &[0xff; 16]),
        rsa(String::new(), &[1, 0, 1]),
        rsa("not base64!".to_owned(), &[1, 0, 1]),
        json!({ "kty": "RSA" }),
        json!({ "kty": "EC", "crv": "P-256", "x": encode([1; 31]), "y": encode([1; 32]) }),
        json!({ "kty": "EC", "crv": "P-521", "x": encode([1; 66]), "y": encode([1; 66]) }),
        json!({ "kty": "EC", "crv": "secp256k1", "x": encode([1; 32]), "y": encode([1; 32]) }),
        json!({ "kty": "oct", "k": encode([1; 32]) }),
        json!("key"),
        json!(null),
    ] {
        assert!(!key_set(std::slice::from_ref(&key)).knows(None), "{key}");
    }
    assert!(key_set(&[rsa(odd(256), &[1, 0, 1])]).knows(None));
    // A point that is on no curve verifies nothing.
    let nowhere = json!({ "kty": "EC", "crv": "P-256", "kid": "p256", "x": encode([1; 32]), "y": encode([2; 32]) });
    let refused = verify_with(&key_set(&[nowhere]), &token(&header("ES256"), &claims()));
    assert_eq!(refused.unwrap_err(), Flaw::Signature);
}

#[test]
fn what_is_no_key_set_is_none() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[],"keys":[]}"#,
        "null",
    ] {
        assert_eq!(KeySet::parse(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn headers_that_must_be_understood_are_refused() {
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("typ", json!("logout+jwt")),
        ("typ", json!(1)),
        ("kid", json!(["rsa"])),
    ] {
        let mut header = header("RS256");
        header[name] = value;
        assert_eq!(
            verify(&token(&header, &claims())).unwrap_err(),
            Flaw::Header,
            "{name}"
        );
    }
    for kind in ["at+jwt", "application/at+JWT", "jwt"] {
        let mut header = header("RS256");
        header["typ"] = kind.into();
        assert!(verify(&token(&header, &claims())).is_ok(), "{kind}");
    }
}

#[test]
fn a_key_that_the_token_brings_along_is_not_used() {
    let mut header = json!({ "alg": "ES256" });
    header["jwk"] = point_key(&P256, "P-256", "own");
    header["jku"] = "https://evil.example/keys".into();
    let refused = verify_with(&key_set(&[rsa_key()]), &token(&header, &claims()));
    assert_eq!(refused.unwrap_err(), Flaw::UnknownKey);
}

#[test]
fn what_can_be_read_in_two_ways_is_malformed() {
    let (good, rs256) = (claims().to_string(), header("RS256").to_string());
    let twice = good.replacen('{', r#"{"iss":"https://evil.example","#, 1);
    let nested = good.replacen(
        '{',
        &format!(r#"{{"x":{}{},"#, "[".repeat(99), "]".repeat(99)),
        1,
    );
    let other = rs256.replacen('{', r#"{"alg":"none","#, 1);
    for token in [
        text(&rs256, &twice),
        text(&rs256, &nested),
        text(&other, &good),
        text(&rs256, "[]"),
        text(&rs256, "\"text\""),
        text(&rs256, ""),
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        format!("{}.x", token(&header("RS256"), &claims())),
        format!("{}=", token(&header("RS256"), &claims())),
        format!("{} ", token(&header("RS256"), &claims())),
        "a".repeat(1 << 20),
    ] {
        assert_eq!(verify(&token).unwrap_err(), Flaw::Malformed, "{token:.80}");
    }
}

#[test]
fn one_token_is_the_same_however_often_it_comes() {
    let digest = |claims: &Value, algorithm: &str| {
        let assertion = verify(&token(&header(algorithm), claims)).unwrap();
        assertion.digest().to_owned()
    };
    let first = digest(&claims(), "RS256");
    // The id decides, whatever the rest says, and a signature that is made anew changes nothing.
    let mut later = claims();
    later["exp"] = (NOW + 301).into();
    assert_eq!(first, digest(&later, "ES256"));
    let mut other = claims();
    other["jti"] = "two".into();
    assert_ne!(first, digest(&other, "RS256"));
    let mut without = claims();
    without.as_object_mut().unwrap().remove("jti");
    assert_eq!(digest(&without, "ES256"), digest(&without, "ES256"));
    assert_ne!(digest(&without, "ES256"), first);
}

proptest! {
    #[test]
    fn a_changed_character_breaks_the_token(position in 0_usize..2000, letter in "[A-Za-z0-9_-]") {
        let good = token(&header("RS256"), &claims());
        let position = position % good.len();
        let mut changed = good.clone();
        changed.replace_range(position..=position, &letter);
        prop_assert_eq!(verify(&changed).is_ok(), changed == good);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}", header in "\\PC{0,40}", claims in "\\PC{0,40}") {
        let _ = UnverifiedAssertion::parse(&text);
        let _ = UnverifiedAssertion::parse(&format!("{}.{}.{text}", encode(header), encode(claims)));
        let _ = KeySet::parse(text.as_bytes());
    }
}
