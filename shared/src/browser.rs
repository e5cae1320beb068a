//! The browser's side of a session: which cookie carries it, who that is, and whether a form was really ours.

use http::header::{COOKIE, ORIGIN};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use crate::store::directory::{Directory, User, UserWithGroups};
use crate::store::sessions::{Session, Sessions};
use crate::store::{self, audit};
use crate::token::{Token, TokenHash};

/// Writes and reads cookies for one public origin. On plain http (a loopback address) they go without `Secure` and
/// the `__Host-` prefix, which a browser would refuse there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookies {
    secure: bool,
}

/// The cookie that carries the portal's session.
pub const SESSION_COOKIE: &str = "vestibule";

impl Cookies {
    /// The cookies of `public_origin`.
    #[must_use]
    pub fn of(public_origin: &str) -> Self {
        Self {
            secure: public_origin.starts_with("https://"),
        }
    }

    /// The value of the cookie called `name`, if there is exactly one.
    #[must_use]
    pub fn find<'a>(&self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        let name = self.full_name(name);
        let mut values = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(found, _)| *found == name)
            .map(|(_, value)| value);
        let value = values.next();
        // Two cookies of one name: somebody has planted one, and we cannot tell which.
        value.filter(|_| values.next().is_none())
    }

    /// A `Set-Cookie` that lasts for `seconds`, sent to every path, invisible to scripts. `value` is one of ours.
    #[must_use]
    pub fn set(&self, name: &str, value: &str, seconds: u64) -> Option<HeaderValue> {
        let name = self.full_name(name);
        let secure = if self.secure { "; Secure" } else { "" };
        HeaderValue::from_str(&format!(
            "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        ))
        .ok()
    }

    /// A `Set-Cookie` that takes the cookie away.
    #[must_use]
    pub fn clear(&self, name: &str) -> Option<HeaderValue> {
        self.set(name, "", 0)
    }

    fn full_name(self, name: &str) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}{name}")
    }
}

/// A user who has shown who they are, with a session that still holds. Only [`authenticate`] makes one.
#[derive(Debug, Clone)]
pub struct AuthenticatedUser {
    found: UserWithGroups,
    session: Session,
    token: Token,
}

impl AuthenticatedUser {
    /// The user.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.found.user
    }

    /// The user with the groups they are a member of.
    #[must_use]
    pub fn with_groups(&self) -> &UserWithGroups {
        &self.found
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The key of the session's item.
    #[must_use]
    pub fn session_hash(&self) -> TokenHash {
        self.token.hash()
    }

    /// The token that this session's forms carry in the field `csrf`.
    #[must_use]
    pub fn csrf(&self) -> Token {
        self.token.derive("csrf")
    }

    /// Who this is in an audit record.
    #[must_use]
    pub fn actor(&self) -> audit::Actor {
        audit::Actor::User {
            id: self.found.user.id.clone(),
            session: Some(self.session_hash().short().to_owned()),
        }
    }
}

/// Whose session the request's cookie carries. Two reads. `None` for no cookie, an unknown or expired session, a deleted
/// or deactivated user, and a session from before the user's were ended.
pub async fn authenticate(
    (sessions, directory): (&Sessions, &Directory),
    cookies: Cookies,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Option<AuthenticatedUser>, store::Error> {
    let Some(token) = cookies.find(headers, SESSION_COOKIE).and_then(Token::parse) else {
        return Ok(None);
    };
    let Some(session) = sessions.find_session(&token.hash(), now).await? else {
        return Ok(None);
    };
    let Some(found) = directory.find_user_with_groups(&session.user).await? else {
        return Ok(None);
    };
    let holds = may_use(&found.user, session.created_at);
    Ok(holds.then_some(AuthenticatedUser {
        found,
        session,
        token,
    }))
}

/// Whether a session or token that began at `since` still counts for `user`.
#[must_use]
pub fn may_use(user: &User, since: Timestamp) -> bool {
    user.active
        && user
            .sessions_not_before
            .is_none_or(|not_before| since >= not_before)
}

/// Whether a form was sent by a page of ours: the browser's `Origin` says so. A request without one is refused, for
/// every browser sends it with a POST.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap, public_origin: &str) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    origins.next().is_some_and(|origin| origin == public_origin) && origins.next().is_none()
}

/// A path of our own to go on to, or `None` for anything that could lead elsewhere.
#[must_use]
pub fn own_path(text: &str) -> Option<&str> {
    let leads_elsewhere = !text.starts_with('/')
        || text.starts_with("//")
        || text.len() > 2048
        || text.chars().any(|character| {
            character == '\\' || character.is_control() || character.is_whitespace()
        });
    (!leads_elsewhere).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_the_path_the_browser_stays_with_us(text in "/?[/\\\\.@:a-z\t\n#?%0-9]{0,12}\\PC{0,20}") {
            if let Some(path) = own_path(&text) {
                let ours = url::Url::parse("https://sso.example.com").unwrap();
                prop_assert_eq!(ours.join(path).unwrap().origin(), ours.origin());
            }
        }

        #[test]
        fn no_cookie_header_makes_the_search_panic_or_find_more_than_it_holds(text in "[ -~]{0,60}") {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_str(&text).unwrap());
            if let Some(value) = Cookies::of("http://localhost:8080").find(&headers, SESSION_COOKIE) {
                prop_assert!(text.contains(value));
            }
        }
    }

    #[test]
    fn only_a_path_of_our_own_is_gone_on_to() {
        assert_eq!(
            own_path("/start/#/console?a=b"),
            Some("/start/#/console?a=b")
        );
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "/a\nb",
            "/\t/evil.example",
        ] {
            assert_eq!(own_path(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn a_planted_second_cookie_makes_neither_count() {
        let cookies = Cookies::of("https://sso.example.com");
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("__Host-vestibule=a"));
        assert_eq!(cookies.find(&headers, SESSION_COOKIE), Some("a"));
        headers.append(COOKIE, HeaderValue::from_static("x=y; __Host-vestibule=b"));
        assert_eq!(cookies.find(&headers, SESSION_COOKIE), None);
    }

    #[test]
    fn a_form_of_another_origin_or_of_none_is_not_ours() {
        let ours = "https://sso.example.com";
        let mut headers = HeaderMap::new();
        assert!(!is_same_origin(&headers, ours));
        headers.insert(ORIGIN, HeaderValue::from_static("https://sso.example.com"));
        assert!(is_same_origin(&headers, ours));
        headers.insert(ORIGIN, HeaderValue::from_static("null"));
        assert!(!is_same_origin(&headers, ours));
    }
}
