//! Signatures of real clients are accepted, and nothing that differs from what was signed.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use vestibule_shared::sigv4::{Expectations, Protocol, Refusal, UnverifiedSignature};

use crate::captured::{
    ACCESS_KEY_ID, ALL, CREATE_USER, CREATE_USER_JAVASCRIPT, Captured, GET_CALLER_IDENTITY,
    LIST_INSTANCES, REGION, SECRET, SERVICES,
};

/// What becomes of a captured request after a change, at the moment of its signature.
fn changed(wire: &[u8], change: impl FnOnce(&mut Captured)) -> Option<Refusal> {
    let mut captured = Captured::read(wire);
    let signed_at = captured.signed_at();
    change(&mut captured);
    captured.verify(signed_at).err()
}

#[test]
fn signatures_of_real_clients_are_right() {
    for wire in ALL {
        let captured = Captured::read(wire);
        let verified = captured
            .verify(captured.signed_at())
            .expect("a right signature");
        assert_eq!(verified.access_key_id(), ACCESS_KEY_ID);
    }
    let identity = Captured::read(GET_CALLER_IDENTITY);
    assert_eq!(
        identity
            .verify(identity.signed_at())
            .map(|verified| verified.service().to_owned()),
        Ok("sts".into())
    );
}

#[test]
fn the_claimed_key_is_known_before_the_secret_is() {
    let captured = Captured::read(CREATE_USER);
    let expectations = Expectations {
        region: REGION,
        services: SERVICES,
        now: captured.signed_at(),
    };
    let unverified = UnverifiedSignature::parse(captured.request(), &expectations).ok();
    assert_eq!(
        unverified.map(|signature| signature.unverified_access_key_id()),
        Some(ACCESS_KEY_ID)
    );
}

#[test]
fn a_key_that_does_not_exist_or_another_secret_is_refused() {
    let captured = Captured::read(CREATE_USER);
    let expectations = Expectations {
        region: REGION,
        services: SERVICES,
        now: captured.signed_at(),
    };
    let with = |secret: Option<&str>| {
        UnverifiedSignature::parse(captured.request(), &expectations)?.verify(secret)
    };
    assert_eq!(with(None), Err(Refusal::UnknownKey));
    assert_eq!(with(Some("")), Err(Refusal::SignatureMismatch));
    assert_eq!(
        with(Some(&SECRET.to_lowercase())),
        Err(Refusal::SignatureMismatch)
    );
    assert!(with(Some(SECRET)).is_ok());
}

#[test]
fn every_changed_byte_of_the_body_is_noticed() {
    for wire in [CREATE_USER, GET_CALLER_IDENTITY] {
        for index in 0..Captured::read(wire).body.len() {
            assert_eq!(
                changed(wire, |request| request.body[index] ^= 1),
                Some(Refusal::SignatureMismatch)
            );
        }
        assert_eq!(
            changed(wire, |request| request.body.push(b' ')),
            Some(Refusal::SignatureMismatch)
        );
        assert_eq!(
            changed(wire, |request| request.body.clear()),
            Some(Refusal::SignatureMismatch)
        );
    }
    let declared = changed(CREATE_USER_JAVASCRIPT, |request| request.body[3] ^= 1);
    assert_eq!(declared, Some(Refusal::PayloadMismatch));
}

#[test]
fn a_changed_method_path_query_or_signed_header_is_noticed() {
    let mismatch = Some(Refusal::SignatureMismatch);
    assert_eq!(
        changed(CREATE_USER, |request| request.method = "PUT".into()),
        mismatch
    );
    assert_eq!(
        changed(CREATE_USER, |request| request.path = "/other".into()),
        mismatch
    );
    assert_eq!(
        changed(CREATE_USER, |request| request.path = "//".into()),
        mismatch
    );
    assert_eq!(
        changed(CREATE_USER, |request| request.query = "a=b".into()),
        mismatch
    );
    assert_eq!(
        changed(CREATE_USER, |request| request.set("host", "elsewhere")),
        mismatch
    );
    assert_eq!(
        changed(CREATE_USER, |request| request
            .set("content-type", "text/plain")),
        mismatch
    );
    let target =
        |request: &mut Captured| request.set("x-amz-target", "AWSIdentityStore.DeleteUser");
    assert_eq!(changed(CREATE_USER, target), mismatch);
    let date = |request: &mut Captured| {
        let later = request.signed_at() + SignedDuration::from_secs(1);
        request.set("x-amz-date", &later.strftime("%Y%m%dT%H%M%SZ").to_string());
    };
    let captured_before_midnight = changed(CREATE_USER, date);
    assert_eq!(captured_before_midnight, mismatch);
}

#[test]
fn headers_that_are_not_signed_may_change() {
    let changes = |request: &mut Captured| {
        request.set("user-agent", "another");
        request.set("x-forwarded-for", "192.0.2.1");
        request.set(
            "x-amzn-trace-id",
            "Root=1-67891233-abcdef012345678912345678",
        );
        request.headers.remove("accept-encoding");
    };
    assert_eq!(changed(CREATE_USER, changes), None);
}

#[test]
fn the_claims_of_the_header_are_part_of_the_signature() {
    let claim = |from: &'static str, to: &'static str| {
        changed(CREATE_USER, |request| {
            request.replace("authorization", from, to);
        })
    };
    assert_eq!(
        claim("/identitystore/", "/sso/"),
        Some(Refusal::SignatureMismatch)
    );
    assert_eq!(
        claim("SignedHeaders=content-type;", "SignedHeaders="),
        Some(Refusal::SignatureMismatch)
    );
    // The key id is only a name: it leads to another secret, or to none.
    assert_eq!(claim(ACCESS_KEY_ID, "AKIAIOSFODNN8EXAMPLE"), None);
    let bits = changed(CREATE_USER, |request| {
        let value = request.header("authorization").to_owned();
        let last = if value.ends_with('0') { '1' } else { '0' };
        request.set(
            "authorization",
            &format!("{}{last}", &value[..value.len() - 1]),
        );
    });
    assert_eq!(bits, Some(Refusal::SignatureMismatch));
}

#[test]
fn another_region_service_or_day_is_refused() {
    let claim = |from: &'static str, to: &'static str| {
        changed(LIST_INSTANCES, |request| {
            request.replace("authorization", from, to);
        })
    };
    assert_eq!(
        claim("/eu-central-1/", "/us-east-1/"),
        Some(Refusal::WrongScope)
    );
    assert_eq!(claim("/sso/", "/iam/"), Some(Refusal::WrongScope));
    let day = changed(LIST_INSTANCES, |request| {
        let today = format!("/{}/", &request.header("x-amz-date")[..8]);
        request.replace("authorization", &today, "/20010101/");
    });
    assert_eq!(day, Some(Refusal::WrongScope));

    let captured = Captured::read(LIST_INSTANCES);
    let only_users = Expectations {
        region: REGION,
        services: &["identitystore"],
        now: captured.signed_at(),
    };
    let refused = UnverifiedSignature::parse(captured.request(), &only_users).err();
    assert_eq!(refused, Some(Refusal::WrongScope));
}

#[test]
fn the_window_is_five_minutes_either_way_to_the_second() {
    let captured = Captured::read(CREATE_USER);
    let at = |seconds: i64| {
        captured
            .verify(captured.signed_at() + SignedDuration::from_secs(seconds))
            .err()
    };
    for seconds in [-300, -1, 0, 299, 300] {
        assert_eq!(at(seconds), None, "{seconds}");
    }
    for seconds in [-86_400, -301, 301, 86_400] {
        assert_eq!(at(seconds), Some(Refusal::OutsideWindow), "{seconds}");
    }
    assert_eq!(
        captured.verify(Timestamp::MIN).err(),
        Some(Refusal::OutsideWindow)
    );
    assert_eq!(
        captured.verify(Timestamp::MAX).err(),
        Some(Refusal::OutsideWindow)
    );
}

#[test]
fn an_injected_header_of_amazons_is_refused() {
    for name in [
        "x-amz-target-suffix",
        "x-amz-content-sha256",
        "x-amz-meta-role",
    ] {
        assert_eq!(
            changed(CREATE_USER, |request| request.set(name, "x")),
            Some(Refusal::UnsignedHeader),
            "{name}"
        );
    }
    let target = changed(GET_CALLER_IDENTITY, |request| {
        request.set("x-amz-target", "AWSIdentityStore.DeleteUser");
    });
    assert_eq!(target, Some(Refusal::UnsignedHeader));
}

#[test]
fn host_date_and_target_must_be_signed() {
    for (from, to) in [
        (";host;", ";"),
        (";x-amz-date;", ";"),
        (";x-amz-target", ""),
    ] {
        let refused = changed(CREATE_USER, |request| {
            request.replace("authorization", from, to);
        });
        assert_eq!(refused, Some(Refusal::UnsignedHeader), "{from}");
        let absent = from.trim_matches(';').to_owned();
        let refused = changed(CREATE_USER, |request| {
            request.replace("authorization", from, to);
            request.headers.remove(absent.as_str());
        });
        let expected = if absent == "x-amz-date" {
            Refusal::Malformed
        } else {
            Refusal::UnsignedHeader
        };
        assert_eq!(refused, Some(expected), "{absent}");
    }
}

#[test]
fn a_signed_header_that_is_missing_is_refused() {
    let missing = changed(CREATE_USER, |request| {
        drop(request.headers.remove("content-type"));
    });
    assert_eq!(missing, Some(Refusal::UnsignedHeader));
    let never = changed(CREATE_USER, |request| {
        request.replace("authorization", ";x-amz-target", ";x-amz-target;z z");
    });
    assert_eq!(never, Some(Refusal::UnsignedHeader));
}

#[test]
fn a_header_that_decides_something_may_not_occur_twice() {
    for name in [
        "authorization",
        "host",
        "x-amz-date",
        "x-amz-target",
        "x-amz-content-sha256",
    ] {
        let twice = changed(CREATE_USER_JAVASCRIPT, |request| {
            let same = request.headers[name].clone();
            request.headers.append(name, same);
        });
        assert_eq!(twice, Some(Refusal::Malformed), "{name}");
    }
}

#[test]
fn a_repeated_header_counts_as_its_values_with_commas() {
    let appended = changed(CREATE_USER, |request| {
        request
            .headers
            .append("content-type", "text/plain".parse().expect("a value"));
    });
    assert_eq!(appended, Some(Refusal::SignatureMismatch));
}

#[test]
fn unsigned_and_streamed_payloads_are_refused() {
    for declared in [
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    ] {
        let refused = changed(CREATE_USER_JAVASCRIPT, |request| {
            request.set("x-amz-content-sha256", declared);
        });
        assert_eq!(refused, Some(Refusal::UnsignedPayload), "{declared}");
    }
    let wrong = changed(CREATE_USER_JAVASCRIPT, |request| {
        request.set("x-amz-content-sha256", &"0".repeat(64));
    });
    assert_eq!(wrong, Some(Refusal::PayloadMismatch));
}

#[test]
fn signing_by_query_string_is_refused() {
    for query in [
        "X-Amz-Signature=00",
        "a=b&x-amz-algorithm=AWS4-HMAC-SHA256",
        "X%2DAmz-Credential=a",
        "x-amz-",
    ] {
        assert_eq!(
            changed(CREATE_USER, |request| request.query = query.into()),
            Some(Refusal::InQuery),
            "{query}"
        );
    }
}

#[test]
fn a_session_token_is_refused() {
    let refused = changed(CREATE_USER, |request| {
        request.set("x-amz-security-token", "IQoJb3JpZ2luX2Vj");
    });
    assert_eq!(refused, Some(Refusal::SessionToken));
}

#[test]
fn a_request_without_a_signature_is_not_authenticated() {
    let absent = changed(CREATE_USER, |request| {
        drop(request.headers.remove("authorization"));
    });
    assert_eq!(absent, Some(Refusal::Absent));
    let bearer = changed(CREATE_USER, |request| {
        request.set("authorization", "Bearer abc");
    });
    assert_eq!(bearer, Some(Refusal::Malformed));
}

#[test]
fn only_one_form_of_the_date_is_read() {
    for date in [
        "",
        "20261122",
        "20261122T000000",
        "20261122T000000z",
        "2026-11-22T00:00:00Z",
        "20261322T000000Z",
        "20261122T240000Z",
        "20261122T000060Z",
        "+0261122T000000Z",
        "20261122T00000\u{e9}Z",
        " 20261122T000000Z0",
    ] {
        assert_eq!(
            changed(CREATE_USER, |request| request.set("x-amz-date", date)),
            Some(Refusal::Malformed),
            "{date}"
        );
    }
}

#[test]
fn each_protocol_has_its_own_names_for_a_refusal() {
    use Protocol::{Json, Query};
    let names = |refusal: Refusal| {
        [Json, Query].map(|protocol| (refusal.code(protocol), refusal.status(protocol)))
    };
    assert_eq!(
        names(Refusal::Absent),
        [
            ("MissingAuthenticationTokenException", 400),
            ("MissingAuthenticationToken", 403)
        ]
    );
    assert_eq!(
        names(Refusal::Malformed),
        [
            ("IncompleteSignatureException", 400),
            ("IncompleteSignature", 400)
        ]
    );
    assert_eq!(
        names(Refusal::UnknownKey),
        [
            ("UnrecognizedClientException", 400),
            ("InvalidClientTokenId", 403)
        ]
    );
    assert_eq!(names(Refusal::SessionToken), names(Refusal::UnknownKey));
    assert_eq!(
        names(Refusal::SignatureMismatch),
        [
            ("InvalidSignatureException", 400),
            ("SignatureDoesNotMatch", 403)
        ]
    );
    // What would tell a forger which part was right is the same for all.
    for refusal in [
        Refusal::UnsignedHeader,
        Refusal::WrongScope,
        Refusal::OutsideWindow,
        Refusal::PayloadMismatch,
    ] {
        assert_eq!(names(refusal), names(Refusal::SignatureMismatch));
        assert_eq!(refusal.message(), Refusal::SignatureMismatch.message());
    }
}

proptest! {
    #[test]
    fn garbage_never_panics_and_is_never_verified(
        method in "\\PC{0,8}",
        path in "\\PC{0,40}",
        query in "\\PC{0,40}",
        body in prop::collection::vec(any::<u8>(), 0..64),
        headers in prop::collection::vec(
            (
                prop::sample::select(vec![
                    "authorization", "host", "x-amz-date", "x-amz-target", "x-amz-content-sha256", "x-amz-x", "accept",
                ]),
                prop::collection::vec(any::<u8>(), 0..80),
            ),
            0..6,
        ),
    ) {
        let mut captured = Captured::read(CREATE_USER);
        let signed_at = captured.signed_at();
        captured.method = method;
        captured.path = path;
        captured.query = query;
        captured.body = body;
        for (name, value) in headers {
            if let Ok(value) = http::HeaderValue::from_bytes(&value) {
                captured.headers.insert(name, value);
            }
        }
        prop_assert!(captured.verify(signed_at).is_err());
    }

    #[test]
    fn a_damaged_authorization_never_panics_and_is_never_verified(
        at in 0_usize..220,
        length in 0_usize..12,
        put in "[ -~]{0,12}",
    ) {
        let mut captured = Captured::read(CREATE_USER);
        let signed_at = captured.signed_at();
        let original = captured.header("authorization").to_owned();
        let start = at.min(original.len());
        let end = (start + length).min(original.len());
        let damaged = format!("{}{put}{}", &original[..start], &original[end..]);
        captured.set("authorization", &damaged);
        let canonical = |text: &str| text.replace(' ', "");
        // The key id leads to the secret, which is the same here for every id; spaces mean nothing.
        let key_changed = damaged.split('/').skip(1).eq(original.split('/').skip(1));
        if canonical(&damaged) != canonical(&original) && !key_changed {
            prop_assert!(captured.verify(signed_at).is_err());
        }
    }
}
