//! The sample organization with a signing key, and requests to the router.

use std::sync::LazyLock;

use axum::body::Body;
use data_encoding::BASE64;
use http::header::COOKIE;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use tower::ServiceExt;
use vestibule_saml::{Context, router};
use vestibule_shared::certificate;
use vestibule_shared::signer::Signer;
use vestibule_shared::store::access::Instance;
use vestibule_shared::store::audit::Record;
use vestibule_shared::store::keys::Certificate;
use vestibule_shared::store::sessions::Session;
use vestibule_shared::token::Token;
use vestibule_tables::fixture::{Sample, World};

/// Made once: new keys take long.
static PKCS8: LazyLock<Vec<u8>> = LazyLock::new(|| Signer::generate_pkcs8().unwrap());

/// An organization, and the function in it.
pub(crate) struct Organization {
    pub(crate) world: World,
    pub(crate) sample: Sample,
    pub(crate) context: Context,
    pub(crate) certificate: String,
}

/// What the router answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Organization {
    pub(crate) async fn new() -> Self {
        let (world, sample) = World::with_sample().await.unwrap();
        let signer = Signer::local(&PKCS8).unwrap();
        let not_before = world.clock.now();
        let der = certificate::issue(&certificate::Request {
            public_key_der: &signer.public_key_der().await.unwrap(),
            instance: sample.instance.id.as_str(),
            not_before,
            serial: [7; 16],
        });
        let certificate = Certificate {
            der_base64: BASE64.encode(&der.unwrap()),
            not_after: not_before + SignedDuration::from_hours(24 * 3650),
        };
        let record = world.record();
        let created = world
            .keys
            .create_certificate(&certificate, world.recorded(&record));
        created.await.unwrap();
        Self {
            context: context(&world, signer),
            certificate: certificate.der_base64,
            world,
            sample,
        }
    }

    /// A session of the sample user, by its cookie's value.
    pub(crate) async fn sign_in(&self) -> String {
        let token = self.world.sign_in(&self.sample.user.id).await.unwrap();
        token.expose().to_owned()
    }

    /// A session with a cookie that is known beforehand.
    pub(crate) async fn sign_in_as(&self, cookie: &str) {
        let now = self.world.clock.now();
        let session = Session {
            user: self.sample.user.id.clone(),
            created_at: now,
            expires_at: now + SignedDuration::from_hours(8),
            address: "192.0.2.1".to_owned(),
            user_agent: None,
        };
        let token = Token::parse(cookie).unwrap();
        let record = self.world.record();
        let sessions = &self.world.sessions;
        let created = (&token.hash(), &session);
        sessions
            .create_session(created, self.world.recorded(&record))
            .await
            .unwrap();
    }

    /// Configures access control by these attributes: tag key and expression of each.
    pub(crate) async fn pass_on(&self, attributes: &[(&str, &str)]) {
        let attributes = attributes
            .iter()
            .map(|(key, source)| ((*key).to_owned(), (*source).to_owned()));
        let attributes = attributes.collect();
        self.configure(|instance| instance.access_control_attributes = Some(attributes))
            .await;
    }

    /// `GET path`, with the session's cookie if there is one.
    pub(crate) async fn open(&self, path: &str, cookie: Option<&str>) -> Answer {
        self.send(Method::GET, path, cookie).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, cookie: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, format!("vestibule={cookie}"));
        }
        let request = request.body(Body::empty()).unwrap();
        let response = router(self.context.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
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

    /// Changes the instance's settings.
    pub(crate) async fn configure(&self, change: impl FnOnce(&mut Instance)) {
        let before = &self.sample.instance;
        let mut after = before.clone();
        after.revision += 1;
        change(&mut after);
        let record = self.world.record();
        let replaced = self
            .world
            .access
            .replace_instance((before, &after), self.world.recorded(&record));
        replaced.await.unwrap();
    }
}

pub(crate) fn context(world: &World, signer: Signer) -> Context {
    Context {
        directory: world.directory.clone(),
        access: world.access.clone(),
        sessions: world.sessions.clone(),
        keys: world.keys.clone(),
        audit: world.audit.clone(),
        signer,
        clock: world.clock.clone(),
        random: world.random.clone(),
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    /// The value of the form's hidden field.
    pub(crate) fn field(&self, name: &str) -> &str {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&start).unwrap();
        rest.split_once('"').unwrap().0
    }

    /// The page without its reference, to compare two.
    pub(crate) fn without_reference(&self) -> String {
        let (before, rest) = self.body.split_once("reference <code>").unwrap();
        let (reference, after) = rest.split_once("</code>").unwrap();
        assert_eq!(reference.len(), 16);
        format!("{before}{after}")
    }
}
