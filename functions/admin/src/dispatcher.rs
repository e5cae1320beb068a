//! From a request to the operation it names: signature, role, then the operation, which holds the input against the
//! model.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use http::{HeaderMap, Method, Uri};
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::sigv4::SignedRequest;
use vestibule_shared::store::audit::Origin;

use crate::call::Call;
use crate::caller::KeyHolder;
use crate::model::{Operation, Service, parse_body};
use crate::{Context, Error, answer, operations, sts};

/// `POST /`: the JSON protocols by `X-Amz-Target`, or STS without it.
pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    uri: Uri,
    method: Method,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let request_id = context.random.uuid().to_string();
    let body = body.map_err(|_| Error::TooLarge);
    let request = body.as_ref().map_err(|_| Error::TooLarge);
    let request = request.map(|body| SignedRequest {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        headers: &headers,
        body,
    });
    let Some(target) = headers.get("x-amz-target") else {
        return sts::handle(&context, &request_id, request).await;
    };
    let target = target.to_str().unwrap_or_default();
    let Some(operation) = Operation::find(target) else {
        return answer::failure(&request_id, &Error::UnknownOperation, service(target));
    };
    let outcome = match request {
        Ok(request) => run(&context, request, operation, &origin).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(output) => answer::success(&request_id, &output),
        Err(error) => answer::failure(&request_id, &error, operation.service()),
    }
}

async fn run(
    context: &Context,
    request: SignedRequest<'_>,
    operation: &'static Operation,
    origin: &Origin,
) -> Result<serde_json::Value, Error> {
    let service = operation.service().signing_name();
    let holder = KeyHolder::authenticate(context, request, service).await?;
    let caller = holder.authorize(context, operation, origin).await?;
    let input = parse_body(request.body)?;
    let instance = context.access.find_instance().await?;
    let call = Call {
        context,
        instance: &instance.ok_or(Error::NotEnabled)?,
        caller: &caller,
        operation,
        origin,
        now: context.clock.now(),
    };
    operations::run(&call, input).await
}

/// The service that an unknown operation was asked of.
fn service(target: &str) -> Service {
    let named = |service: &Service| target.starts_with(service.target_prefix());
    let services = [Service::IdentityStore, Service::Vestibule];
    services
        .into_iter()
        .find(named)
        .unwrap_or(Service::SsoAdmin)
}
