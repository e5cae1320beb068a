//! A person's browser: who is signed in, and the token by which a request for consent knows the browser it began in.

use http::header::SET_COOKIE;
use http::{HeaderMap, Uri};
use url::form_urlencoded;
use vestibule_shared::browser::{self, AuthenticatedUser, Cookies};
use vestibule_shared::page::{Pages, Viewer};
use vestibule_shared::store::access::Instance;
use vestibule_shared::token::Token;

use axum::response::Response;

use crate::Context;
use crate::error::Error;

/// The cookie that a browser is known by from one step of a flow to the next. Several flows may be open in one browser.
const BROWSER_COOKIE: &str = "vestibule-browser";
/// How long, in seconds, a flow may take.
pub(crate) const FLOW_SECONDS: u32 = 600;

/// What pages need to know of a request.
pub(crate) struct Visit {
    pub(crate) instance: Instance,
    pub(crate) pages: Pages,
    cookies: Cookies,
}

impl Context {
    pub(crate) async fn visit(&self) -> Result<Visit, Error> {
        let instance = self.instance().await?;
        Ok(Visit {
            pages: Pages::new(instance.public_origin.starts_with("https://")),
            cookies: Cookies::of(&instance.public_origin),
            instance,
        })
    }

    /// Who is signed in.
    pub(crate) async fn visitor(
        &self,
        visit: &Visit,
        headers: &HeaderMap,
    ) -> Result<Option<AuthenticatedUser>, Error> {
        let stores = (&self.sessions, &self.directory);
        let now = self.clock.now();
        Ok(browser::authenticate(stores, visit.cookies, headers, now).await?)
    }
}

impl Visit {
    /// The browser's token, if it brought one.
    pub(crate) fn browser(&self, headers: &HeaderMap) -> Option<Token> {
        self.cookies
            .find(headers, BROWSER_COOKIE)
            .and_then(Token::parse)
    }

    /// Sends the browser on, which is to be known again by `token`.
    pub(crate) fn go_on(&self, path: &str, token: &Token) -> Response {
        let mut response = self.pages.see_other(path);
        let cookie = self
            .cookies
            .set(BROWSER_COOKIE, token.expose(), FLOW_SECONDS.into());
        if let Some(cookie) = cookie {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    /// Lets the person sign in and come back to `uri`.
    pub(crate) fn sign_in(&self, uri: &Uri) -> Response {
        let back = uri.path_and_query().map_or("/", |back| back.as_str());
        let Some(back) = browser::own_path(back) else {
            return self.pages.see_other("/start/sign-in");
        };
        let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        self.pages
            .see_other(&format!("/start/sign-in?return={back}"))
    }
}

/// The person as the pages show them; `csrf` is their session's.
pub(crate) fn viewer<'a>(user: &'a AuthenticatedUser, csrf: &'a Token) -> Viewer<'a> {
    Viewer {
        display_name: user.user().display_name(),
        user_name: &user.user().user_name,
        csrf: csrf.expose(),
    }
}
