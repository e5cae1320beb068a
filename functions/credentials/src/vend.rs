//! From a person's right to enter an account to credentials: the decision, the record of it, a signed assertion, and
//! `sts:AssumeRoleWithSAML`, which may last longer than an hour, as a chained role may not.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role_with_saml::AssumeRoleWithSAMLError;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;
use vestibule_shared::access_control_attributes::Refused;
use vestibule_shared::entry::{self, AuthorizedEntry};
use vestibule_shared::saml::{self, MessageId, SignedResponse};
use vestibule_shared::store::access::Instance;
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::directory::UserWithGroups;
use vestibule_shared::store::keys::Certificate;

use crate::Context;
use crate::credentials::Request;
use crate::error::Error;

/// How long IAM may take until all of it knows a role or a provider that was made or changed.
const PROPAGATION: SignedDuration = SignedDuration::from_mins(2);
/// A person waits for the answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A client of STS for [`Context`](crate::Context): of what it calls, nothing is signed.
#[must_use]
pub fn sts_client(aws: &SdkConfig) -> aws_sdk_sts::Client {
    let timeout = TimeoutConfig::builder().operation_timeout(TIMEOUT).build();
    let config = aws_sdk_sts::config::Builder::from(aws).timeout_config(timeout);
    aws_sdk_sts::Client::from_conf(config.build())
}

/// The instance, and the certificate by which accounts know it.
pub(crate) struct Identity {
    pub(crate) instance: Instance,
    certificate: Certificate,
}

/// Who wants in.
pub(crate) struct Entrant<'a> {
    pub(crate) user: &'a UserWithGroups,
    pub(crate) authenticated_at: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) origin: &'a Origin,
}

/// The answer with the credentials, as `GetRoleCredentials` gives it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    pub(crate) role_credentials: RoleCredentials,
}

/// Credentials of a role. Whoever has them is in: nothing prints them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoleCredentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
    /// Epoch milliseconds.
    pub(crate) expiration: i64,
}

impl Context {
    /// The instance and its certificate, at once.
    pub(crate) async fn identity(&self) -> Result<Identity, Error> {
        let (instance, certificate) =
            tokio::try_join!(self.access.find_instance(), self.keys.find_certificate())?;
        let identity = instance.zip(certificate);
        identity
            .map(|(instance, certificate)| Identity {
                instance,
                certificate,
            })
            .ok_or(Error::NotEnabled)
    }

    /// Credentials of a role, if the entrant may have them. What cannot be recorded does not happen.
    pub(crate) async fn vend(
        &self,
        identity: &Identity,
        entrant: &Entrant<'_>,
        request: &Request,
    ) -> Result<RoleCredentials, Error> {
        let record = self.vending(entrant, request);
        let stores = (&self.directory, &self.access);
        let place = (&request.account_id, &request.role_name);
        let entry = match entry::authorize(stores, &identity.instance, entrant.user, place).await {
            Ok(entry) => entry,
            Err(refusal) => return self.refuse_on_record(record, refusal.into()).await,
        };
        self.audit.write(&record).await?;
        match self.exchange(identity, entrant, &entry).await {
            Ok(credentials) => Ok(credentials),
            Err(error) => {
                let failure = self.vending(entrant, request);
                let failure = failure.detail("attempt", record.event_id);
                self.refuse_on_record(failure, error).await
            }
        }
    }

    fn vending(&self, entrant: &Entrant<'_>, request: &Request) -> Record {
        self.record("GetRoleCredentials", entrant.actor, entrant.origin)
            .parameters(json!({
                "accountId": request.account_id,
                "roleName": request.role_name,
            }))
            .detail("account_id", request.account_id.as_str())
            .detail("role_name", request.role_name.as_str())
    }

    /// Writes down that nothing came of it, and why; a failure to look something up is only logged.
    pub(crate) async fn refuse_on_record<T>(
        &self,
        record: Record,
        error: Error,
    ) -> Result<T, Error> {
        if let Some(code) = error.code() {
            self.audit.write(&record.error(code)).await?;
        }
        Err(error)
    }

    async fn exchange(
        &self,
        identity: &Identity,
        entrant: &Entrant<'_>,
        entry: &AuthorizedEntry,
    ) -> Result<RoleCredentials, Error> {
        let assertion = self.assertion(identity, entrant, entry).await?;
        let seconds = i32::try_from(entry.session_seconds()).unwrap_or(3600);
        let answer = self
            .sts
            .assume_role_with_saml()
            .role_arn(entry.role_arn())
            .principal_arn(entry.provider_arn())
            .saml_assertion(assertion.base64())
            .duration_seconds(seconds)
            .send()
            .await
            .map_err(|error| refused(error, entry.provisioned_at(), self.clock.now()))?;
        let credentials = answer.credentials.ok_or(Error::NoCredentials)?;
        Ok(RoleCredentials {
            expiration: credentials.expiration.secs().saturating_mul(1000),
            access_key_id: credentials.access_key_id,
            secret_access_key: credentials.secret_access_key,
            session_token: credentials.session_token,
        })
    }

    async fn assertion(
        &self,
        identity: &Identity,
        entrant: &Entrant<'_>,
        entry: &AuthorizedEntry,
    ) -> Result<SignedResponse, Error> {
        let user = &entrant.user.user;
        let response = saml::Response {
            issuer: &identity.instance.entity_id,
            recipient: self.service_provider.sign_in_endpoint,
            audience: self.service_provider.audience,
            role_arn: entry.role_arn(),
            provider_arn: entry.provider_arn(),
            name_id: user.id.as_str(),
            role_session_name: &saml::role_session_name(&user.user_name, user.id.as_str()),
            source_identity: user.id.as_str(),
            session_duration: Duration::from_secs(entry.session_seconds().into()),
            principal_tags: entry.principal_tags(),
            response_id: &MessageId::from_random(self.random.bytes()),
            assertion_id: &MessageId::from_random(self.random.bytes()),
            issue_instant: self.clock.now(),
            authentication_instant: entrant.authenticated_at,
        };
        let certificate = &identity.certificate.der_base64;
        Ok(response.sign(&self.signer, certificate).await?)
    }
}

/// What it means that STS gave nothing.
fn refused(
    error: SdkError<AssumeRoleWithSAMLError>,
    provisioned_at: Option<Timestamp>,
    now: Timestamp,
) -> Error {
    let is_new = provisioned_at.is_some_and(|since| now.duration_since(since) < PROPAGATION);
    let by_caller = error
        .raw_response()
        .is_some_and(|response| response.status().is_client_error());
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code);
    match code {
        Some("AccessDenied" | "AccessDeniedException" | "InvalidIdentityToken") if is_new => {
            Error::NotReady
        }
        Some("Throttling" | "ThrottlingException" | "RequestLimitExceeded") => Error::TooMany,
        Some("PackedPolicyTooLarge" | "PackedPolicyTooLargeException") => Refused::Length.into(),
        Some(code) if by_caller => Error::AccountRefused(code.to_owned()),
        _ => Error::Sts(Box::new(error)),
    }
}
