//! `POST /logout` — ends the sign-in of the program that calls (Logout of the portal API): its access and refresh tokens.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::store::audit::Origin;

use crate::Context;
use crate::error::Error;

pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    headers: HeaderMap,
) -> Response {
    match end(&context, &headers, &origin).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => context.refuse_portal(&error),
    }
}

async fn end(context: &Context, headers: &HeaderMap, origin: &Origin) -> Result<(), Error> {
    let now = context.clock.now();
    let held = context.held_token(headers, now).await?;
    let holder = context.holder(&held, now).await?;
    let record = context.record("Logout", &holder.actor(), origin);
    Ok(context.grants().end_family(&held.family, &record).await?)
}
