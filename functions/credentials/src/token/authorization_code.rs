//! The grant of a code that a person's browser brought (RFC 6749 §4.1.3), with PKCE (RFC 7636 §4.5).

use axum::response::Response;
use jiff::Timestamp;
use vestibule_shared::store;
use vestibule_shared::store::audit::Origin;
use vestibule_shared::token::{Token, TokenHash};

use super::{Request, issue, required};
use crate::Context;
use crate::error::Error;
use crate::grants::AuthorizationCode;
use crate::oauth::{Client, GrantType, Reason, Refusal};

const GRANT: GrantType = GrantType::AuthorizationCode;
const REFUSED: Refusal = Reason::InvalidGrant
    .because("the code is not valid, has expired, or was given to somebody else");

pub(super) async fn redeem(
    context: &Context,
    (client, origin): (&Client, &Origin),
    request: &Request,
) -> Result<Response, Error> {
    let presented = required(request.code.as_ref())?;
    let redirect_uri = required(request.redirect_uri.as_ref())?;
    let verifier = required(request.code_verifier.as_ref())?;
    let hash = Token::parse(presented).ok_or(REFUSED)?.hash();
    let now = context.clock.now();
    let code = find(context, (client, origin), &hash).await?;
    decide(&code, (redirect_uri, verifier), now)?;

    let (instance, ()) =
        tokio::try_join!(context.instance(), context.check_approval(&code.approval))?;
    let (family, tokens) =
        context.begin_family(&instance, (client, origin), (&code.approval, code.scopes));
    let record = context.creation(GRANT, &family, origin);
    let redeemed = (&family, &tokens);
    match context.grants().redeem_code(&hash, redeemed, &record).await {
        Ok(()) => Ok(issue::answer(&tokens, now)),
        // Somebody else did at the same time: the code is known to be used now.
        Err(store::Error::Conflict(_)) => {
            find(context, (client, origin), &hash).await?;
            Err(REFUSED.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The client's code, unless it was redeemed before: then what it made ends. Of another client's code nothing ends, or
/// whoever reads a spent one in a browser's history could end a person's session.
async fn find(
    context: &Context,
    (client, origin): (&Client, &Origin),
    hash: &TokenHash,
) -> Result<AuthorizationCode, Error> {
    let code = context.grants().find_code(hash).await?;
    let code = code.filter(|code| code.client == *client.fingerprint());
    let code = code.ok_or(REFUSED)?;
    match &code.family {
        Some(family) => Err(context.end_reused(GRANT, (client, family), origin).await?),
        None => Ok(code),
    }
}

/// Whether the client's code is for this redirect URI and verifier, and in time.
fn decide(
    code: &AuthorizationCode,
    (redirect_uri, verifier): (&str, &str),
    now: Timestamp,
) -> Result<(), Refusal> {
    let holds = now < code.expires_at
        && code.redirect_uri == redirect_uri
        && code
            .code_challenge
            .as_ref()
            .is_some_and(|challenge| challenge.is_met_by(verifier));
    if holds { Ok(()) } else { Err(REFUSED) }
}
