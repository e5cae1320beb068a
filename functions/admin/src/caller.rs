//! Who calls: an access key of ours that signed the request.

use vestibule_shared::ids::AccountId;
use vestibule_shared::sigv4::{Expectations, Refusal, SignedRequest, UnverifiedSignature};
use vestibule_shared::store::audit::Actor;
use vestibule_shared::store::keys::AccessKey;

use crate::access_keys::is_access_key_id;
use crate::{Context, Error};

/// What a signature is compared with when its key does not exist, so that this takes as long as a wrong signature.
const NO_SECRET: &str = "0000000000000000000000000000000000000000";

/// An administrator: made only from a request that one of the active access keys signed.
#[derive(Debug)]
pub(crate) struct AuthorizedAdmin {
    access_key_id: String,
}

impl AuthorizedAdmin {
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
        })
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

async fn find_active(context: &Context, id: &str) -> Result<Option<AccessKey>, Error> {
    if !is_access_key_id(id) {
        return Ok(None);
    }
    let found = context.keys.find_access_key(id).await?;
    Ok(found.filter(|key| key.active))
}
