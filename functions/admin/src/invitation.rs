//! One-time links with which a user sets a password. There is no mail: the link goes to whoever asked for it.

use jiff::SignedDuration;
use serde_json::json;
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::directory::{Claim, Recorded};
use vestibule_shared::store::sessions::PasswordLink;
use vestibule_shared::token::Token;

use crate::{Context, Error, direct};

/// How long a link can be used.
const VALIDITY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Makes a link with which the user called `user_name` sets a password: `<origin>/start/password/<token>`, once, within
/// seven days.
pub async fn invite(context: &Context, user_name: &str, actor: &Actor) -> Result<String, Error> {
    let instance = context.access.find_instance().await?;
    let instance = instance.ok_or(Error::NotEnabled)?;
    let claim = Claim::UserName(user_name.to_owned());
    let missing = || Error::not_found("There is no user of this name.");
    let user = context.directory.find_user_id(&claim).await?;
    let user = user.ok_or_else(missing)?;
    context
        .directory
        .find_user(&user)
        .await?
        .ok_or_else(missing)?;

    let token = Token::generate(&context.random);
    let now = context.clock.now();
    let link = PasswordLink {
        user,
        created_at: now,
    };
    let origin = Origin {
        address: direct::INVOKER.to_owned(),
        user_agent: None,
    };
    let record = Record::new(
        ("sso-directory.amazonaws.com", "CreatePasswordLink"),
        actor,
        &origin,
        (now, &context.random),
    )
    .parameters(json!({ "userId": link.user, "linkId": token.hash().short() }));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    context
        .sessions
        .create_link(&token.hash(), (&link, now + VALIDITY), recorded)
        .await?;
    Ok(format!(
        "{}/start/password/{}",
        instance.public_origin,
        token.expose()
    ))
}
