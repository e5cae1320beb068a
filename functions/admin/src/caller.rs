//! Who calls: an access key of ours that signed the request, and whose role allows the operation.

use vestibule_shared::ids::AccountId;
use vestibule_shared::sigv4::{Expectations, Refusal, SignedRequest, UnverifiedSignature};
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::keys::{AccessKey, Role};

use crate::access_keys::is_access_key_id;
use crate::model::Operation;
use crate::{Context, Error, permissions};

/// What a signature is compared with when its key does not exist, so that this takes as long as a wrong signature.
const NO_SECRET: &str = "0000000000000000000000000000000000000000";

/// Who holds an access key: made only from a request that one of the active access keys signed.
#[derive(Debug)]
pub(crate) struct KeyHolder {
    access_key_id: String,
    role: Role,
}

/// A key's holder whose role allows the operation that is called.
#[derive(Debug)]
pub(crate) struct AuthorizedAdmin(KeyHolder);

impl KeyHolder {
    /// Verifies that `request` was signed for `service`, one signing name, by an active access key.
    pub(crate) async fn authenticate(
        context: &Context,
        request: SignedRequest<'_>,
        service: &str,
    ) -> Result<Self, Error> {
        let now = context.clock.now();
        let expectations = Expectations {
            region: &context.region,
            services: &[service],
            now,
        };
        let signature = UnverifiedSignature::parse(request, &expectations)?;
        let Some(key) = find_active(context, signature.unverified_access_key_id()).await? else {
            // Whether this fits or not, there is no such key.
            let _ = signature.verify(Some(NO_SECRET));
            return Err(Refusal::UnknownKey.into());
        };
        let secret = context
            .sealer
            .open(&key.id, &key.sealed_secret, now)
            .await?;
        let secret = std::str::from_utf8(&secret).ok();
        let verified = signature.verify(secret)?;
        Ok(Self {
            access_key_id: verified.access_key_id().to_owned(),
            role: key.role,
        })
    }

    /// Lets the caller do `operation`, if their role does. What is refused is recorded: whoever tries what they may not
    /// is somebody to know of.
    pub(crate) async fn authorize(
        self,
        context: &Context,
        operation: &Operation,
        origin: &Origin,
    ) -> Result<AuthorizedAdmin, Error> {
        if permissions::permits(operation, self.role) {
            return Ok(AuthorizedAdmin(self));
        }
        let (service, name) = (operation.service(), operation.name());
        let moment = (context.clock.now(), &context.random);
        let event = (service.event_source(), name);
        let record = Record::new(event, &self.actor(), origin, moment).error("AccessDenied");
        context.audit.write(&record).await?;
        let action = format!("{}:{name}", service.signing_name());
        Err(Error::access_denied(format!(
            "User: {} is not authorized to perform: {action} because the role of the access key, {}, does not allow the {action} action",
            self.arn(&context.management_account),
            self.role,
        )))
    }

    /// The key's public id.
    pub(crate) fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Who is written into records.
    pub(crate) fn actor(&self) -> Actor {
        Actor::AccessKey {
            access_key_id: self.access_key_id.clone(),
        }
    }

    /// The ARN by which programs know the caller; also what `CreatedBy` and `UpdatedBy` say.
    pub(crate) fn arn(&self, management_account: &AccountId) -> String {
        let id = &self.access_key_id;
        format!("arn:aws:iam::{management_account}:user/vestibule/{id}")
    }
}

impl AuthorizedAdmin {
    /// What they may do.
    pub(crate) fn role(&self) -> Role {
        self.0.role
    }

    /// The key's public id.
    pub(crate) fn access_key_id(&self) -> &str {
        self.0.access_key_id()
    }

    /// Who is written into records.
    pub(crate) fn actor(&self) -> Actor {
        self.0.actor()
    }

    /// The ARN by which programs know the caller; also what `CreatedBy` and `UpdatedBy` say.
    pub(crate) fn arn(&self, management_account: &AccountId) -> String {
        self.0.arn(management_account)
    }
}

async fn find_active(context: &Context, id: &str) -> Result<Option<AccessKey>, Error> {
    if !is_access_key_id(id) {
        return Ok(None);
    }
    let found = context.keys.find_access_key(id).await?;
    Ok(found.filter(|key| key.active))
}
