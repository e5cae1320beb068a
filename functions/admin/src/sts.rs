//! `GetCallerIdentity` of the STS query protocol, and nothing else of STS: Terraform and people ask with it whose keys
//! they hold.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use vestibule_shared::sigv4::SignedRequest;

use crate::answer::{describe, respond};
use crate::caller::KeyHolder;
use crate::{Context, Error};

/// The service's name in the scope of a signature.
const SIGNING_NAME: &str = "sts";
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    action: String,
}

pub(crate) async fn handle(
    context: &Context,
    request_id: &str,
    request: Result<SignedRequest<'_>, Error>,
) -> Response {
    let outcome = match request {
        Ok(request) => identity(context, request).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(identity) => {
            let body = format!(
                "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\">\
                 <GetCallerIdentityResult>{identity}</GetCallerIdentityResult>\
                 <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
                 </GetCallerIdentityResponse>"
            );
            respond(request_id, StatusCode::OK, "text/xml", body)
        }
        Err(error) => failure(request_id, &error),
    }
}

/// The members of the result. None of them holds a character that XML would have to escape.
async fn identity(context: &Context, request: SignedRequest<'_>) -> Result<String, Error> {
    let caller = KeyHolder::authenticate(context, request, SIGNING_NAME).await?;
    let query: Option<Query> = serde_urlencoded::from_bytes(request.body).ok();
    if query.is_none_or(|query| query.action != "GetCallerIdentity") {
        return Err(Error::UnknownOperation);
    }
    let account = &context.management_account;
    Ok(format!(
        "<Arn>{}</Arn><UserId>{}</UserId><Account>{account}</Account>",
        caller.arn(account),
        caller.access_key_id(),
    ))
}

fn failure(request_id: &str, error: &Error) -> Response {
    let described = describe(request_id, error, None);
    let fault = if described.status.is_server_error() {
        "Receiver"
    } else {
        "Sender"
    };
    // The query protocol has its own names for what is not about signatures.
    let code = match error {
        Error::UnknownOperation => "InvalidAction",
        Error::Signature(_) | Error::TooLarge => described.code,
        _ => "InternalFailure",
    };
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{fault}</Type><Code>{code}</Code>\
         <Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        described.message,
    );
    respond(request_id, described.status, "text/xml", body)
}
