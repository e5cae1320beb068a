//! Which application calls: one of its access keys signed the request, and its actor policy lets that key.

use vestibule_shared::arn::{self, ApplicationArn};
use vestibule_shared::sigv4::{Expectations, Refusal as SignatureRefusal};
use vestibule_shared::sigv4::{SignedRequest, UnverifiedSignature};
use vestibule_shared::store::access::{Application, Instance};
use vestibule_shared::store::audit::Actor;
use vestibule_shared::store::keys::ApplicationKey;

use super::{Grant, actor_policy};
use crate::Context;
use crate::error::Error;
use crate::oauth::{ClientFingerprint, Reason, Refusal};

/// The service's name in the scope of a signature.
const SIGNING_NAME: &str = "sso-oauth";
/// What a signature is compared with when its key does not exist, so that this takes as long as a wrong signature.
const NO_SECRET: &str = "0000000000000000000000000000000000000000";

const UNKNOWN: Refusal =
    Reason::InvalidClient.because("there is no such application, or it is disabled");
const ANOTHERS: Refusal =
    Reason::UnauthorizedClient.because("the access key is not one of this application");
const NOT_ALLOWED: Refusal = Reason::AccessDenied
    .because("the application's authentication method does not allow the access key");

/// An application that has proven itself. Only [`Caller::authorize`] makes one.
pub(super) struct Caller {
    instance: Instance,
    application: Application,
    arn: ApplicationArn,
    key_id: String,
}

impl Context {
    /// The access key of an application that signed `request`.
    pub(super) async fn authenticate_application(
        &self,
        instance: &Instance,
        request: SignedRequest<'_>,
    ) -> Result<ApplicationKey, Error> {
        let now = self.clock.now();
        let expectations = Expectations {
            region: &instance.region,
            services: &[SIGNING_NAME],
            now,
        };
        let signature = UnverifiedSignature::parse(request, &expectations)?;
        let id = signature.unverified_access_key_id();
        let Some(key) = self.keys.find_application_key(id).await? else {
            // Whether this fits or not, there is no such key.
            let _ = signature.verify(Some(NO_SECRET));
            return Err(SignatureRefusal::UnknownKey.into());
        };
        let secret = self.sealer.open(&key.id, &key.sealed_secret, now).await?;
        signature.verify(std::str::from_utf8(&secret).ok())?;
        Ok(key)
    }
}

impl Caller {
    /// The application called `client_id`, if `key` is its own and its authentication method allows it.
    pub(super) async fn authorize(
        context: &Context,
        (instance, key): (Instance, &ApplicationKey),
        client_id: &str,
    ) -> Result<Self, Error> {
        let arn = ApplicationArn::parse(client_id).map_err(|_| UNKNOWN)?;
        let own = arn.instance == instance.id && arn.account == instance.management_account;
        if !own || arn.id != key.application {
            return Err(ANOTHERS.into());
        }
        let application = context.enabled_application(&arn.id).await?;
        let application = application.ok_or(UNKNOWN)?;
        let principal = arn::application_key(&instance.management_account, &arn.id, &key.id);
        let asked = actor_policy::Asked {
            principal: &principal,
            account: instance.management_account.as_str(),
            action: "sso-oauth:CreateTokenWithIAM",
            resource: &arn.to_string(),
        };
        let method = application.iam_authentication.as_ref();
        if !method.is_some_and(|method| actor_policy::allows(&method.actor_policy, &asked)) {
            return Err(NOT_ALLOWED.into());
        }
        Ok(Self {
            instance,
            application,
            arn,
            key_id: key.id.clone(),
        })
    }

    /// Whether an administrator gave the application this grant.
    pub(super) fn may_use(&self, grant: Grant) -> Result<(), Refusal> {
        let grants = &self.application.grants;
        let granted = match grant {
            Grant::AuthorizationCode => grants.authorization_code.is_some(),
            Grant::RefreshToken => grants.refresh_token.is_some(),
            Grant::JwtBearer => grants.jwt_bearer.is_some(),
            Grant::TokenExchange => grants.token_exchange.is_some(),
        };
        if granted {
            Ok(())
        } else {
            Err(Reason::UnauthorizedClient.because("the application does not have this grant"))
        }
    }

    pub(super) fn instance(&self) -> &Instance {
        &self.instance
    }

    pub(super) fn application(&self) -> &Application {
        &self.application
    }

    pub(super) fn arn(&self) -> &ApplicationArn {
        &self.arn
    }

    /// The public id of the access key that signed.
    pub(super) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Who asks, where no person's name is known to be asked for.
    pub(super) fn actor(&self) -> Actor {
        Actor::AccessKey {
            access_key_id: self.key_id.clone(),
        }
    }

    /// By which codes and families know the application.
    pub(super) fn fingerprint(&self) -> ClientFingerprint {
        ClientFingerprint::of_application(&self.arn)
    }
}
