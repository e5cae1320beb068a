//! The grant of a refresh token (RFC 6749 §6), which is replaced when it is used.

use axum::response::Response;
use vestibule_shared::browser::may_use;
use vestibule_shared::store;
use vestibule_shared::store::audit::Origin;
use vestibule_shared::token::Token;

use super::{Request, issue, required};
use crate::Context;
use crate::error::Error;
use crate::grants::{Family, HeldToken};
use crate::oauth::rotation::Presented;
use crate::oauth::{Client, ClientKeys, GrantType, Reason, Refusal};

const GRANT: GrantType = GrantType::RefreshToken;
const REFUSED: Refusal = Reason::InvalidGrant
    .because("the refresh token is not valid, has expired, or was given to somebody else");
/// Whoever loses the race to replace a token decides once more: by then the token is the last one, in its minute of grace.
const ATTEMPTS: usize = 2;

pub(super) async fn refresh(
    context: &Context,
    (client, origin): (&Client, &Origin),
    (keys, request): (&ClientKeys, &Request),
) -> Result<Response, Error> {
    let presented = required(request.refresh_token.as_ref())?;
    let presented = Token::parse(presented).ok_or(REFUSED)?;
    let now = context.clock.now();
    let held = context
        .grants()
        .find_refresh_token(&presented.hash(), now)
        .await?;
    let held = held.ok_or(REFUSED)?;
    for _ in 0..ATTEMPTS {
        let family = find(context, client, &held).await?;
        let attempt = (&family, &presented, keys);
        match context.replace(client, attempt, origin).await {
            Err(Error::Store(store::Error::Conflict(_) | store::Error::NotFound(_))) => {}
            outcome => return outcome,
        }
    }
    Err(REFUSED.into())
}

/// The family, from what the tables say now: it has not ended, it is this client's, and the person may still sign in.
async fn find(context: &Context, client: &Client, held: &HeldToken) -> Result<Family, Error> {
    let (family, user) = tokio::try_join!(
        context
            .grants()
            .find_family(&held.family, context.clock.now()),
        context.directory.find_user(&held.user),
    )?;
    let family = family
        .zip(user)
        .filter(|(family, user)| {
            family.user == user.id
                && family.client == *client.fingerprint()
                && may_use(user, family.authenticated_at)
        })
        .map(|(family, _)| family);
    Ok(family.ok_or(REFUSED)?)
}

impl Context {
    /// Does what the presented token means to its family.
    async fn replace(
        &self,
        client: &Client,
        (family, presented, keys): (&Family, &Token, &ClientKeys),
        origin: &Origin,
    ) -> Result<Response, Error> {
        let (hash, (now, random)) = (presented.hash(), self.moment());
        let refresh_tokens = family.refresh_tokens().ok_or(REFUSED)?;
        let meaning = refresh_tokens.present(&hash, now);
        let refresh = match meaning {
            Presented::Reused => {
                return Err(self.end_reused(GRANT, (client, &family.id), origin).await?);
            }
            Presented::Fresh => Some(presented.clone()),
            Presented::Current | Presented::Superseded => keys.successor(presented),
        };
        let tokens = family.next_tokens(refresh, (now, random));
        let record = self.creation(GRANT, family, origin);
        let grants = self.grants();
        if meaning == Presented::Current {
            grants
                .rotate((family, &hash), (&tokens, now), &record)
                .await?;
        } else {
            grants.add_access_token(family, &tokens, &record).await?;
        }
        Ok(issue::answer(&tokens, now))
    }
}
