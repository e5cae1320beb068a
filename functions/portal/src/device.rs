//! The cookie by which a browser is known in which a user has signed in before. It lets nobody in; it only has
//! that browser's attempts counted by themselves, so that strangers who guess cannot keep the user out.

use http::{HeaderMap, HeaderValue};
use vestibule_shared::Random;
use vestibule_shared::browser::Cookies;
use vestibule_shared::token::Token;

const COOKIE: &str = "vestibule-device";
/// 400 days: no browser keeps a cookie longer (RFC 6265bis §5.5).
const SECONDS: u64 = 400 * 24 * 60 * 60;

/// A browser in which the user has signed in before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownDevice {
    id: String,
}

impl KnownDevice {
    /// The browser that sent `headers`, if it is one of the user's with `secret`.
    pub(crate) fn find(cookies: Cookies, headers: &HeaderMap, secret: &str) -> Option<Self> {
        let (id, proof) = cookies.find(headers, COOKIE)?.split_once('.')?;
        let proven = proof_of(id, secret)?.matches(proof);
        proven.then(|| Self { id: id.to_owned() })
    }

    /// The cookie that makes a browser known from now on.
    pub(crate) fn cookie(cookies: Cookies, random: &Random, secret: &str) -> Option<HeaderValue> {
        let id = random.hex::<8>();
        let proof = proof_of(&id, secret)?;
        let value = format!("{id}.{}", proof.expose());
        cookies.set(COOKIE, &value, SECONDS)
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

fn proof_of(id: &str, secret: &str) -> Option<Token> {
    let well_formed = id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let secret = Token::parse(secret).filter(|_| well_formed)?;
    Some(secret.derive(&format!("device {id}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::COOKIE as COOKIE_HEADER;

    fn sent_back(set_cookie: &HeaderValue) -> HeaderMap {
        let (pair, _) = set_cookie.to_str().unwrap().split_once(';').unwrap();
        HeaderMap::from_iter([(COOKIE_HEADER, pair.parse().unwrap())])
    }

    #[test]
    fn a_browser_is_known_to_the_user_who_signed_in_there_and_to_no_other() {
        let random = Random::system();
        let cookies = Cookies::of("https://sso.example.com");
        let secrets = [(); 2].map(|()| Token::generate(&random));
        let [own, other] = secrets.each_ref().map(Token::expose);
        let headers = sent_back(&KnownDevice::cookie(cookies, &random, own).unwrap());
        assert!(KnownDevice::find(cookies, &headers, own).is_some());
        assert_eq!(KnownDevice::find(cookies, &headers, other), None);
        assert_eq!(KnownDevice::find(cookies, &headers, ""), None);
    }
}
