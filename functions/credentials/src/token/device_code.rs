//! The grant of a device code (RFC 8628 §3.4): the device asks until a person has decided.

use axum::response::Response;
use jiff::Timestamp;
use vestibule_shared::store;
use vestibule_shared::store::audit::Origin;
use vestibule_shared::token::{Token, TokenHash};

use super::{Request, issue, required};
use crate::Context;
use crate::device_authorization::switched_off;
use crate::error::Error;
use crate::grants::{Approval, Device, DeviceState};
use crate::oauth::{Client, GrantType, Reason, Refusal};

const GRANT: GrantType = GrantType::DeviceCode;
const REFUSED: Refusal =
    Reason::InvalidGrant.because("the device code is not valid, or was given to somebody else");
const PENDING: Refusal = Reason::AuthorizationPending.because("nobody has decided yet");
const SLOW_DOWN: Refusal = Reason::SlowDown.because("wait for the interval between two requests");
const EXPIRED: Refusal = Reason::ExpiredToken.because("the device code has expired");
const DENIED: Refusal = Reason::AccessDenied.because("the person did not let the program in");

pub(super) async fn redeem(
    context: &Context,
    (client, origin): (&Client, &Origin),
    request: &Request,
) -> Result<Response, Error> {
    let presented = required(request.device_code.as_ref())?;
    let hash = Token::parse(presented).ok_or(REFUSED)?.hash();
    let now = context.clock.now();
    let (instance, device) = tokio::try_join!(context.instance(), find(context, client, &hash))?;
    if !instance.device_grant {
        return Err(switched_off().into());
    }
    if let Some(family) = &device.family {
        return Err(context.end_reused(GRANT, (client, family), origin).await?);
    }
    let approval = match decide(&device, now) {
        Ok(approval) => approval,
        Err(refusal) => return Err(pending(context, &hash, (refusal, now)).await?),
    };

    context.check_approval(approval).await?;
    let (family, tokens) = context.begin_family(
        &instance,
        (client, origin),
        (approval, device.scopes.clone()),
    );
    let record = context.creation(GRANT, &family, origin);
    let redeemed = (&family, &tokens);
    match context
        .grants()
        .redeem_device(&hash, redeemed, &record)
        .await
    {
        Ok(()) => Ok(issue::answer(&tokens, now)),
        // Somebody else did at the same time: the code is known to be used now.
        Err(store::Error::Conflict(_)) => match find(context, client, &hash).await?.family {
            Some(family) => Err(context.end_reused(GRANT, (client, &family), origin).await?),
            None => Err(REFUSED.into()),
        },
        Err(error) => Err(error.into()),
    }
}

async fn find(context: &Context, client: &Client, hash: &TokenHash) -> Result<Device, Error> {
    let device = context.grants().find_device(hash).await?;
    let own = device.filter(|device| device.client == *client.fingerprint());
    Ok(own.ok_or(REFUSED)?)
}

/// The approval, if there is one (RFC 8628 §3.5).
fn decide(device: &Device, now: Timestamp) -> Result<&Approval, Refusal> {
    match device.state {
        DeviceState::Denied => Err(DENIED),
        _ if now >= device.expires_at => Err(EXPIRED),
        DeviceState::Approved => device.approval.as_ref().ok_or(REFUSED),
        DeviceState::Redeemed => Err(REFUSED),
        DeviceState::Pending if device.polls().are_too_fast(now) => Err(SLOW_DOWN),
        DeviceState::Pending => Err(PENDING),
    }
}

/// The refusal; where the device will ask again, that it did now is remembered.
async fn pending(
    context: &Context,
    hash: &TokenHash,
    (refusal, now): (Refusal, Timestamp),
) -> Result<Error, Error> {
    if matches!(
        refusal.reason,
        Reason::AuthorizationPending | Reason::SlowDown
    ) {
        context.grants().count_poll(hash, now).await?;
    }
    Ok(refusal.into())
}
