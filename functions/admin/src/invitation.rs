//! One-time links with which a user sets a password. There is no mail: the link goes to whoever asked for it.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_shared::ids::UserId;
use vestibule_shared::store;
use vestibule_shared::store::access::Instance;
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::directory::{Claim, Recorded};
use vestibule_shared::store::keys::Role;
use vestibule_shared::store::sessions::PasswordLink;
use vestibule_shared::token::Token;

use crate::{Context, Error, direct};

/// How long an invitation can be used.
pub(crate) const INVITATION_VALIDITY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A link that is not written yet.
pub(crate) struct Link {
    token: Token,
    content: PasswordLink,
    expires_at: Timestamp,
}

impl Link {
    /// Makes up a link for a user, from now on and as long as `validity`.
    pub(crate) fn new(
        context: &Context,
        (user, now): (&UserId, Timestamp),
        validity: SignedDuration,
    ) -> Self {
        Self {
            token: Token::generate(&context.random),
            content: PasswordLink {
                user: user.clone(),
                created_at: now,
                by_helpdesk: false,
            },
            expires_at: now + validity,
        }
    }

    /// As a link that somebody with `role` makes.
    pub(crate) fn by(mut self, role: Role) -> Self {
        self.content.by_helpdesk = role == Role::Helpdesk;
        self
    }

    /// What names the link in records.
    pub(crate) fn id(&self) -> String {
        self.token.hash().short().to_owned()
    }

    /// Writes the link: its address, `<origin>/start/password/<token>`, which is nowhere else.
    pub(crate) async fn write(
        &self,
        context: &Context,
        instance: &Instance,
        recorded: Recorded<'_>,
    ) -> Result<String, store::Error> {
        let link = (&self.content, self.expires_at);
        let hash = self.token.hash();
        context.sessions.create_link(&hash, link, recorded).await?;
        let (origin, token) = (&instance.public_origin, self.token.expose());
        Ok(format!("{origin}/start/password/{token}"))
    }
}

/// Makes a link with which the user called `user_name` sets a password, once, within seven days; for whoever controls the
/// function itself.
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

    let now = context.clock.now();
    let link = Link::new(context, (&user, now), INVITATION_VALIDITY);
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
    .parameters(json!({ "userId": user, "linkId": link.id() }));
    let recorded = Recorded {
        audit: &context.audit,
        record: &record,
    };
    Ok(link.write(context, &instance, recorded).await?)
}
