//! Stands where STS would be: keeps what it was asked, and answers what it was told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{BehaviorVersion, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use url::form_urlencoded;

/// Until when the credentials are valid that it gives: 2026-01-02T04:04:05Z.
pub(crate) const EXPIRATION: i64 = 1_767_326_645_000;

const CREDENTIALS: &str = "<AssumeRoleWithSAMLResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
    <AssumeRoleWithSAMLResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>\
    <SecretAccessKey>the-secret</SecretAccessKey><SessionToken>the-session</SessionToken>\
    <Expiration>2026-01-02T04:04:05Z</Expiration></Credentials></AssumeRoleWithSAMLResult>\
    </AssumeRoleWithSAMLResponse>";

#[derive(Clone, Debug)]
pub(crate) struct Sts(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    asked: Vec<BTreeMap<String, String>>,
    answer: Option<(u16, String)>,
}

impl Sts {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            asked: Vec::new(),
            answer: Some((200, CREDENTIALS.to_owned())),
        })))
    }

    pub(crate) fn client(&self) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .retry_config(RetryConfig::disabled())
            .http_client(self.clone());
        aws_sdk_sts::Client::from_conf(config.build())
    }

    /// The parameters of every request, oldest first.
    pub(crate) fn asked(&self) -> Vec<BTreeMap<String, String>> {
        self.0.lock().unwrap().asked.clone()
    }

    /// From now on every request fails with this status and error code.
    pub(crate) fn fail(&self, status: u16, code: &str) {
        let error = format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>arn:aws:iam::1:role/internal</Message></Error></ErrorResponse>"
        );
        self.0.lock().unwrap().answer = Some((status, error));
    }

    /// From now on nothing answers.
    pub(crate) fn vanish(&self) {
        self.0.lock().unwrap().answer = None;
    }
}

impl HttpClient for Sts {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Sts {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        assert!(request.headers().get("authorization").is_none());
        let body = request.body().bytes().unwrap_or_default();
        let mut state = self.0.lock().unwrap();
        state
            .asked
            .push(form_urlencoded::parse(body).into_owned().collect());
        let answer = state.answer.clone();
        HttpConnectorFuture::ready(respond(answer))
    }
}

fn respond(answer: Option<(u16, String)>) -> Result<HttpResponse, ConnectorError> {
    let Some((status, body)) = answer else {
        return Err(ConnectorError::io("nothing listens".into()));
    };
    let response = http::Response::builder()
        .status(status)
        .body(SdkBody::from(body));
    Ok(HttpResponse::try_from(response.unwrap()).unwrap())
}
