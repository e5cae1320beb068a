//! Access keys for the admin APIs: 20 characters that name one, 40 that prove it, as AWS's own look.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::BASE32_NOPAD;
use serde_json::json;
use vestibule_shared::store::directory::Recorded;
use vestibule_shared::store::keys::{AccessKey, LastAdministrator, Role};
use vestibule_shared::store::{self, PageToken};

use crate::{Context, Error, direct};

const PAGE: i32 = 100;

/// A new access key. Its secret is shown once and never again.
#[derive(Clone)]
pub struct NewAccessKey {
    /// The public id.
    pub id: String,
    /// The secret.
    pub secret: String,
}

impl fmt::Debug for NewAccessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NewAccessKey({})", self.id)
    }
}

/// What a new access key is to be.
pub(crate) struct Wanted {
    pub(crate) role: Role,
    pub(crate) description: Option<String>,
    pub(crate) created_by: String,
}

impl Wanted {
    fn administrator(created_by: &str) -> Self {
        Self {
            role: Role::Administrator,
            description: None,
            created_by: created_by.to_owned(),
        }
    }
}

/// Makes an administrator's access key for whoever controls the function itself; `created_by` says who that is.
pub async fn create_access_key(
    context: &Context,
    created_by: &'static str,
) -> Result<NewAccessKey, Error> {
    let (new, key) = generate(context, Wanted::administrator(created_by)).await?;
    let record = direct::record(context, "CreateAccessKey")
        .parameters(json!({ "createdBy": created_by }))
        .response(json!({ "accessKeyId": key.id }));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    context.keys.create_access_key(&key, None, recorded).await?;
    Ok(new)
}

/// Makes the first access key of all. Refused while there is any, and ever after.
pub async fn create_first_access_key(context: &Context) -> Result<NewAccessKey, Error> {
    let exists = || Error::conflict("An access key exists already.");
    let known = context.keys.list_access_keys(1, None).await?;
    if !known.items.is_empty() || known.next.is_some() {
        return Err(exists());
    }
    let (new, key) = generate(context, Wanted::administrator(direct::INVOKER)).await?;
    let record =
        direct::record(context, "CreateFirstAccessKey").response(json!({ "accessKeyId": key.id }));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    match context.keys.create_first_access_key(&key, recorded).await {
        Ok(()) => {
            // For an alarm: this happens once in the life of an instance.
            tracing::warn!(access_key_id = key.id, "the first access key was created");
            Ok(new)
        }
        Err(store::Error::AlreadyExists(_)) => Err(exists()),
        Err(error) => Err(error.into()),
    }
}

/// Makes a further key where a stack parameter allows it: for whoever lost all others.
pub(crate) async fn create_reopened(context: &Context) -> Result<NewAccessKey, Error> {
    let (new, key) = generate(context, Wanted::administrator(direct::INVOKER)).await?;
    let record = direct::record(context, "CreateReopenedAccessKey")
        .response(json!({ "accessKeyId": key.id }));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    context
        .keys
        .create_reopened_access_key(&key, recorded)
        .await?;
    tracing::warn!(
        access_key_id = new.id,
        "an access key was created because the stack reopens the first administrator"
    );
    Ok(new)
}

/// All access keys, those that were ended among them, by id. Without anything secret.
pub(crate) async fn list(context: &Context) -> Result<Vec<AccessKey>, Error> {
    let record = direct::record(context, "ListAccessKeys");
    context.audit.write(&record).await?;
    let mut keys = Vec::new();
    let mut from: Option<PageToken> = None;
    loop {
        let page = context.keys.list_access_keys(PAGE, from.as_ref()).await?;
        keys.extend(page.items);
        from = page.next;
        if from.is_none() {
            return Ok(keys);
        }
    }
}

/// Ends an access key: from now on nothing that it signs is let in. One that was ended before stays so. The last
/// administrator's may go too, since whoever may invoke the function can let another one in.
pub(crate) async fn deactivate(context: &Context, id: &str) -> Result<(), Error> {
    let known = context.keys.find_access_key(id).await?;
    let known = known.ok_or_else(|| Error::not_found("There is no access key of this id."))?;
    if !known.active {
        return Ok(());
    }
    let record = direct::record(context, "DeactivateAccessKey")
        .parameters(json!({ "accessKeyId": known.id }));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    match context
        .keys
        .deactivate_access_key(&known, LastAdministrator::MayGo, recorded)
        .await
    {
        // Somebody else ended it at the same time.
        Ok(()) | Err(store::Error::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Makes up the id and the secret of an access key, and seals the secret.
pub(crate) async fn seal_new(context: &Context) -> Result<(NewAccessKey, String), Error> {
    let new = NewAccessKey {
        id: format!("AKIA{}", BASE32_NOPAD.encode(&context.random.bytes::<10>())),
        secret: STANDARD.encode(context.random.bytes::<30>()),
    };
    let moment = (context.clock.now(), &context.random);
    let sealed_secret = context
        .sealer
        .seal(&new.id, new.secret.as_bytes(), moment)
        .await?;
    Ok((new, sealed_secret))
}

/// Makes up an access key, which is not written yet.
pub(crate) async fn generate(
    context: &Context,
    wanted: Wanted,
) -> Result<(NewAccessKey, AccessKey), Error> {
    let (new, sealed_secret) = seal_new(context).await?;
    let key = AccessKey {
        id: new.id.clone(),
        role: wanted.role,
        description: wanted.description,
        sealed_secret,
        active: true,
        created_by: wanted.created_by,
        created_at: context.clock.now(),
    };
    Ok((new, key))
}

/// Whether a text has the form of an id that [`create_access_key`] makes; others need no look-up.
pub(crate) fn is_access_key_id(text: &str) -> bool {
    let letters = text.strip_prefix("AKIA").unwrap_or_default();
    letters.len() == 16
        && letters
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte))
}

/// The status of a key in IAM's words.
pub(crate) fn key_status(active: bool) -> &'static str {
    if active { "Active" } else { "Inactive" }
}
