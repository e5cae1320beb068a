//! `GET /saml/metadata` — what administrators hand to whoever is to trust the instance. SAML metadata §4.1.
//! Public: it holds no more than every account's SAML provider does.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use vestibule_shared::saml;

use crate::{Context, Error};

pub(crate) async fn handle(State(context): State<Context>) -> Response {
    document(&context)
        .await
        .unwrap_or_else(|error| context.refuse(&error))
}

async fn document(context: &Context) -> Result<Response, Error> {
    let (instance, certificate) = context.identity().await?;
    let metadata = saml::identity_provider_metadata(
        &instance.entity_id,
        &instance.public_origin,
        &[&certificate.der_base64],
    )?;
    let headers = [
        // SAML metadata, appendix A.
        (CONTENT_TYPE, "application/samlmetadata+xml"),
        (
            CONTENT_DISPOSITION,
            "inline; filename=\"vestibule-metadata.xml\"",
        ),
        // Soon noticed when the keys change.
        (CACHE_CONTROL, "public, max-age=300"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, metadata).into_response())
}
