//! The sample organization, and a browser that keeps cookies and sends the forms it is shown.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::body::Body;
use axum::extract::Request;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use tower::ServiceExt;
use url::form_urlencoded;
use vestibule_portal::{Authenticators, Context, router};
use vestibule_shared::Random;
use vestibule_shared::edge::ClientAddress;
use vestibule_shared::ids::UserId;
use vestibule_shared::store::access::{Instance, PasswordPolicy};
use vestibule_shared::store::audit::Record;
use vestibule_shared::store::directory::User;
use vestibule_shared::store::sessions::PasswordLink;
use vestibule_shared::token::Token;
use vestibule_tables::fixture::{Sample, World};

pub(crate) const PASSWORD: &str = "Correct-Horse-7";

/// An organization, and the function in it.
pub(crate) struct Organization {
    pub(crate) world: World,
    pub(crate) sample: Sample,
    pub(crate) context: Context,
}

/// A browser at an address.
#[derive(Clone)]
pub(crate) struct Browser {
    context: Context,
    pub(crate) address: String,
    pub(crate) origin: Option<&'static str>,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What the router answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Organization {
    pub(crate) async fn new() -> Self {
        let (world, sample) = World::with_sample().await.unwrap();
        let authenticators = Authenticators::new(world.table("AuthenticatorsTable").unwrap());
        let context = Context {
            directory: world.directory.clone(),
            access: world.access.clone(),
            sessions: world.sessions.clone(),
            authenticators,
            audit: world.audit.clone(),
            clock: world.clock.clone(),
            random: world.random.clone(),
        };
        Self {
            world,
            sample,
            context,
        }
    }

    /// An organization whose sample user, alice, has [`PASSWORD`].
    pub(crate) async fn with_password() -> Self {
        let organization = Self::new().await;
        organization
            .give_password(&organization.sample.user.id, PASSWORD)
            .await;
        organization
    }

    /// Changes the instance's password policy.
    pub(crate) async fn ask_for(&self, password_policy: PasswordPolicy) {
        let access = &self.world.access;
        let before = access.find_instance().await.unwrap().unwrap();
        let after = Instance {
            password_policy,
            revision: before.revision + 1,
            ..before.clone()
        };
        let record = self.world.record();
        let replaced = access.replace_instance((&before, &after), self.world.recorded(&record));
        replaced.await.unwrap();
    }

    /// The path of a new one-time link for `user`.
    pub(crate) async fn invite(&self, user: &UserId) -> String {
        let token = Token::generate(&self.world.random);
        self.invite_with(user, &token).await;
        format!("/start/password/{}", token.expose())
    }

    pub(crate) async fn invite_with(&self, user: &UserId, token: &Token) {
        self.invite_by(user, token, false).await;
    }

    pub(crate) async fn invite_by(&self, user: &UserId, token: &Token, by_helpdesk: bool) {
        // A link must be newer than the password that it is to replace.
        self.world.advance(SignedDuration::from_secs(1));
        let now = self.world.clock.now();
        let expires_at = now + SignedDuration::from_hours(24);
        let link = PasswordLink {
            user: user.clone(),
            created_at: now,
            by_helpdesk,
        };
        let (hash, record) = (token.hash(), self.world.record());
        let created = self.world.sessions.create_link(
            &hash,
            (&link, expires_at),
            self.world.recorded(&record),
        );
        created.await.unwrap();
    }

    /// Sets a password as its user would.
    pub(crate) async fn give_password(&self, user: &UserId, password: &str) {
        let path = self.invite(user).await;
        let answer = self.browser().set_password(&path, password).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }

    /// A browser without any cookie.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            context: self.context.clone(),
            address: "192.0.2.7".to_owned(),
            origin: Some("http://localhost:8080"),
            cookies: BTreeMap::new(),
        }
    }

    /// A browser whose requests are interrupted by `change`, once: when randomness is first used for one, which is after
    /// everything was read. The test's runtime has several threads.
    pub(crate) fn interrupted<F: Future<Output = ()>>(
        &self,
        mut browser: Browser,
        change: impl FnOnce() -> F + Send + 'static,
    ) -> Browser {
        let (random, pending) = (self.world.random.clone(), Mutex::new(Some(change)));
        browser.context.random = Random::new(move |buffer| {
            let change = pending.lock().unwrap().take();
            if let Some(change) = change {
                let runtime = tokio::runtime::Handle::current();
                tokio::task::block_in_place(|| runtime.block_on(change()));
            }
            for chunk in buffer.chunks_mut(8) {
                chunk.copy_from_slice(&random.bytes::<8>()[..chunk.len()]);
            }
        });
        browser
    }

    pub(crate) async fn change_user(&self, change: impl FnOnce(&mut User)) {
        let found = self.world.directory.find_user(&self.sample.user.id).await;
        let before = found.unwrap().unwrap();
        let mut after = before.clone();
        after.revision += 1;
        change(&mut after);
        let record = self.world.record();
        let replaced = self
            .world
            .directory
            .replace_user((&before, &after), self.world.recorded(&record));
        replaced.await.unwrap();
    }

    /// What was recorded under that name, oldest first.
    pub(crate) async fn recorded(&self, event_name: &str) -> Vec<Record> {
        let day = self.world.clock.now().to_zoned(jiff::tz::TimeZone::UTC);
        let mut found = Vec::new();
        for shard in 0..16 {
            let page = self.world.audit.list(day.date(), shard, None);
            found.extend(page.await.unwrap().items);
        }
        found.retain(|record| record.event_name == event_name);
        found.sort_by_key(|record| record.event_time);
        found
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Posts the fields as a form.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.send(Method::POST, path, Some(form.finish())).await
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        form: Option<String>,
    ) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        for (name, value) in &self.cookies {
            request = request.header(COOKIE, format!("{name}={value}"));
        }
        if method != Method::GET
            && let Some(origin) = self.origin
        {
            request = request.header(ORIGIN, origin);
        }
        if form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let body = form.map_or_else(Body::empty, Body::from);
        let mut request = request.body(body).unwrap();
        let address = ClientAddress(self.address.clone());
        request.extensions_mut().insert(address);
        let response = router(self.context.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        self.keep_cookies(&parts.headers);
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Opens the sign-in form and sends it.
    pub(crate) async fn sign_in(&mut self, user_name: &str, password: &str) -> Answer {
        let form = self.get("/start/sign-in").await;
        let fields = [
            ("csrf", form.field("csrf")),
            ("user_name", user_name),
            ("password", password),
        ];
        self.post("/start/sign-in", &fields).await
    }

    /// Opens a one-time link and sends its form.
    pub(crate) async fn set_password(&mut self, path: &str, password: &str) -> Answer {
        let form = self.get(path).await;
        assert_eq!(form.status, StatusCode::OK, "{}", form.body);
        let fields = [
            ("csrf", form.field("csrf")),
            ("password", password),
            ("repeated", password),
        ];
        self.post(path, &fields).await
    }

    pub(crate) fn is_signed_in(&self) -> bool {
        self.cookies.contains_key("vestibule")
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    pub(crate) fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// The value of the form's hidden field.
    pub(crate) fn field(&self, name: &str) -> &str {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&start).unwrap();
        rest.split_once('"').unwrap().0
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}
