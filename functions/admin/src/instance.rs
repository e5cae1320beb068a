//! Enabling the instance: its identity, the certificate that accounts will trust, its own secrets, and the accounts.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;
use http::Uri;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use vestibule_shared::certificate::{self, VALIDITY_YEARS};
use vestibule_shared::ids::{IdentityStoreId, InstanceId};
use vestibule_shared::store;
use vestibule_shared::store::access::{Instance, PasswordPolicy};
use vestibule_shared::store::directory::Recorded;
use vestibule_shared::store::keys::{CLIENT_REGISTRATION_SECRET, Certificate};

use crate::direct;
use crate::{Context, Error, refresh_accounts};

const BOOTSTRAP_ROLE: &str = "OrganizationAccountAccessRole";
const SESSION_MINUTES: u32 = 480;

/// What enabling needs to be told.
#[derive(Debug, Clone)]
pub struct EnableRequest {
    /// Scheme and authority under which people reach the instance: https, or http on a loopback address.
    pub public_origin: String,
    /// The role in member accounts through which the first role there is made; `None` leaves it, or is
    /// `OrganizationAccountAccessRole` at first.
    pub bootstrap_role: Option<String>,
    /// What the instance is to be called; `None` leaves it.
    pub name: Option<String>,
}

/// Enables the instance, or completes what an earlier call began and brings the settings to what is asked for. Reads all
/// accounts from Organizations at the end.
pub async fn enable(context: &Context, request: EnableRequest) -> Result<Instance, Error> {
    check_name(request.name.as_deref())?;
    let request = EnableRequest {
        public_origin: origin(&request.public_origin)?,
        ..request
    };
    let instance = match context.access.find_instance().await? {
        Some(instance) => configure(context, instance, &request).await?,
        None => create(context, &request).await?,
    };
    certify(context, &instance).await?;
    make_secret(context).await?;
    refresh_accounts(context).await?;
    Ok(instance)
}

async fn create(context: &Context, request: &EnableRequest) -> Result<Instance, Error> {
    let id = InstanceId::generate(&context.random);
    let instance = Instance {
        // `.invalid` (RFC 2606 §2): the name that accounts know promises no address, so no domain can be lost with it.
        entity_id: format!("https://vestibule.invalid/{id}"),
        id,
        identity_store: IdentityStoreId::generate(&context.random),
        management_account: context.management_account.clone(),
        region: context.region.clone(),
        name: request.name.clone(),
        public_origin: request.public_origin.clone(),
        trusted_access: true,
        device_grant: true,
        session_minutes: SESSION_MINUTES,
        bootstrap_role: bootstrap_role(request).unwrap_or_else(|| BOOTSTRAP_ROLE.to_owned()),
        access_control_attributes: None,
        create_customer_managed_policies: false,
        password_policy: PasswordPolicy::default(),
        tags: BTreeMap::new(),
        revision: 1,
        created_at: context.clock.now(),
    };
    let record = direct::record(context, "StartSSO").parameters(parameters(&instance));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    match context.access.create_instance(&instance, recorded).await {
        Ok(()) => Ok(instance),
        // Somebody else enabled it at the same time.
        Err(store::Error::AlreadyExists(_)) => context
            .access
            .find_instance()
            .await?
            .ok_or(Error::NotEnabled),
        Err(error) => Err(error.into()),
    }
}

async fn configure(
    context: &Context,
    before: Instance,
    request: &EnableRequest,
) -> Result<Instance, Error> {
    let wanted = Instance {
        public_origin: request.public_origin.clone(),
        bootstrap_role: bootstrap_role(request).unwrap_or_else(|| before.bootstrap_role.clone()),
        name: request.name.clone().or_else(|| before.name.clone()),
        ..before.clone()
    };
    if wanted == before {
        return Ok(before);
    }
    let after = Instance {
        revision: before.revision + 1,
        ..wanted
    };
    let record = direct::record(context, "UpdateInstance").parameters(parameters(&after));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    context
        .access
        .replace_instance((&before, &after), recorded)
        .await?;
    Ok(after)
}

fn bootstrap_role(request: &EnableRequest) -> Option<String> {
    request
        .bootstrap_role
        .clone()
        .filter(|role| !role.is_empty())
}

fn parameters(instance: &Instance) -> serde_json::Value {
    json!({
        "instanceArn": vestibule_shared::arn::instance(&instance.id),
        "identityStoreId": instance.identity_store,
        "publicOrigin": instance.public_origin,
        "bootstrapRole": instance.bootstrap_role,
        "name": instance.name,
    })
}

/// Makes the certificate of the signing key, once.
async fn certify(context: &Context, instance: &Instance) -> Result<(), Error> {
    if context.keys.find_certificate().await?.is_some() {
        return Ok(());
    }
    let not_before = context.clock.now();
    let der = certificate::issue(&certificate::Request {
        public_key_der: &context.signer.public_key_der().await?,
        instance: instance.id.as_str(),
        not_before,
        serial: context.random.bytes(),
    })?;
    let certificate = Certificate {
        der_base64: BASE64.encode(&der),
        not_after: end_of_validity(not_before),
    };
    let fingerprint = data_encoding::HEXLOWER.encode(digest(&SHA256, &der).as_ref());
    let record = direct::record(context, "CreateCertificate")
        .parameters(json!({ "sha256Fingerprint": fingerprint }));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    once(
        context
            .keys
            .create_certificate(&certificate, recorded)
            .await,
    )
}

fn end_of_validity(not_before: Timestamp) -> Timestamp {
    let end = not_before
        .to_zoned(TimeZone::UTC)
        .checked_add(VALIDITY_YEARS.years());
    end.map_or(Timestamp::MAX, |end| end.timestamp())
}

/// Makes the secret that authenticates client registrations, once.
async fn make_secret(context: &Context) -> Result<(), Error> {
    let name = CLIENT_REGISTRATION_SECRET;
    if context.keys.find_instance_secret(name).await?.is_some() {
        return Ok(());
    }
    let secret = context.random.bytes::<32>();
    let moment = (context.clock.now(), &context.random);
    let sealed = context.sealer.seal(name, &secret, moment).await?;
    let record =
        direct::record(context, "CreateInstanceSecret").parameters(json!({ "name": name }));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    once(
        context
            .keys
            .create_instance_secret(name, sealed, recorded)
            .await,
    )
}

/// Somebody else who enables the instance at the same time may make it as well.
fn once(outcome: Result<(), store::Error>) -> Result<(), Error> {
    match outcome {
        Ok(()) | Err(store::Error::AlreadyExists(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// As the API's `InstanceName`.
fn check_name(name: Option<&str>) -> Result<(), Error> {
    let valid = |name: &str| {
        (1..=255).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
    };
    if name.is_none_or(valid) {
        Ok(())
    } else {
        Err(Error::validation(
            "Name must have 1 to 255 letters, digits or characters of _+=,.@-.",
        ))
    }
}

/// Scheme and authority as they are kept; refuses what no browser would trust with a sign-in.
fn origin(text: &str) -> Result<String, Error> {
    let refused = || {
        Error::validation(
            "PublicOrigin must be an https origin without a path, or http on a loopback address.",
        )
    };
    let uri: Uri = text.trim_end_matches('/').parse().map_err(|_| refused())?;
    let host = uri.host().unwrap_or_default();
    let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let secure = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => loopback,
        _ => false,
    };
    let authority = uri.authority().ok_or_else(refused)?;
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    if !secure || !bare || host.is_empty() || authority.as_str().contains('@') {
        return Err(refused());
    }
    let scheme = uri.scheme_str().unwrap_or("https");
    Ok(format!("{scheme}://{}", authority.as_str().to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_https_or_loopback_and_nothing_more() {
        for (given, kept) in [
            ("https://sso.example.com", "https://sso.example.com"),
            (
                "https://SSO.example.com:8443/",
                "https://sso.example.com:8443",
            ),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(origin(given).unwrap(), kept);
        }
        for refused in [
            "",
            "sso.example.com",
            "http://sso.example.com",
            "https://sso.example.com/start",
            "https://sso.example.com?x",
            "https://user@sso.example.com",
            "ftp://localhost",
            "https://",
            "/start",
        ] {
            assert!(origin(refused).is_err(), "{refused}");
        }
    }
}
