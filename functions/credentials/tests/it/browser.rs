//! A browser: keeps cookies, sends forms as our own pages do, and follows nothing by itself.

use std::cell::RefCell;
use std::collections::BTreeMap;

use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{Request, StatusCode};
use url::{Url, form_urlencoded};

use crate::fixture::ORIGIN as OURS;
use crate::fixture::{Answer, Organization, Program, REDIRECT_URI};

pub(crate) struct Browser<'a> {
    organization: &'a Organization,
    cookies: RefCell<BTreeMap<String, String>>,
}

pub(crate) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The parameters of a URL, whatever its origin.
pub(crate) fn parameters(location: &str) -> BTreeMap<String, String> {
    Url::parse(OURS)
        .unwrap()
        .join(location)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

impl<'a> Browser<'a> {
    pub(crate) fn new(organization: &'a Organization) -> Self {
        Self {
            organization,
            cookies: RefCell::default(),
        }
    }

    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        self.cookies
            .get_mut()
            .insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.cookies.get_mut().remove(name);
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub(crate) async fn open(&self, path: &str) -> Answer {
        self.open_with(path, &[]).await
    }

    pub(crate) async fn open_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path).header(COOKIE, self.header());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a page of ours does.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(Some(OURS), path, fields).await
    }

    pub(crate) async fn post_from(
        &self,
        origin: Option<&str>,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::post(path)
            .header(COOKIE, self.header())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        let body = query(fields.iter().copied());
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.organization.send(request).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
                "{cookie}"
            );
            let (pair, _) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies
                .borrow_mut()
                .insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    fn header(&self) -> String {
        let cookies = self.cookies.borrow();
        let pairs = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Opens what the AWS CLI opens; answers where the person decides.
    pub(crate) async fn begin(&self, program: &Program) -> String {
        let pairs = program.authorization();
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        let answer = self.open(&format!("/authorize?{}", query(pairs))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.header(LOCATION.as_str()).to_owned()
    }

    /// Opens the page at `path` and presses one of its buttons.
    pub(crate) async fn choose(&self, path: &str, decision: &str) -> Answer {
        let page = self.open(path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let fields = [("csrf", page.csrf()), ("decision", decision.to_owned())];
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        self.post(page.form().as_str(), &fields).await
    }

    /// Lets the program in; answers the code that it is given.
    pub(crate) async fn authorize(&self, program: &Program) -> String {
        let path = self.begin(program).await;
        let answer = self.choose(&path, "allow").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let location = answer.header("location");
        assert!(location.starts_with(REDIRECT_URI), "{location}");
        let parameters = parameters(location);
        assert_eq!(parameters["state"], "the state");
        parameters["code"].clone()
    }

    /// Enters a user code; answers where the person decides.
    pub(crate) async fn enter(&self, user_code: &str) -> Answer {
        let page = self.open("/device").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let csrf = page.csrf();
        self.post("/device", &[("csrf", &csrf), ("user_code", user_code)])
            .await
    }
}

impl Answer {
    /// The token of the page's own form, which is its first.
    pub(crate) fn csrf(&self) -> String {
        let (_, rest) = self.main().split_once("name=\"csrf\" value=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    /// Where the page's own form goes.
    pub(crate) fn form(&self) -> String {
        let (_, rest) = self.main().split_once("method=\"post\" action=\"").unwrap();
        rest.split_once('"').unwrap().0.replace("&amp;", "&")
    }

    fn main(&self) -> &str {
        self.body
            .split_once("<main")
            .map_or(&self.body, |(_, main)| main)
    }
}
