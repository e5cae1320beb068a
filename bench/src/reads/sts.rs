//! Stands where STS would be, which costs the same whoever asks.

use aws_sdk_sts::Client;
use aws_sdk_sts::config::{BehaviorVersion, Region};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use crate::connector;

const CREDENTIALS: &str = "<AssumeRoleWithSAMLResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
    <AssumeRoleWithSAMLResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>\
    <SecretAccessKey>the-secret</SecretAccessKey><SessionToken>the-session</SessionToken>\
    <Expiration>2036-01-02T04:04:05Z</Expiration></Credentials></AssumeRoleWithSAMLResult>\
    </AssumeRoleWithSAMLResponse>";

#[derive(Debug)]
struct Sts;

impl HttpConnector for Sts {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(connector::answer(CREDENTIALS))
    }
}

/// A client of it.
pub(super) fn client() -> Client {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .http_client(http_client_fn(|_, _| SharedHttpConnector::new(Sts)));
    Client::from_conf(config.build())
}
