//! `GET /saml/console` — lets a person into the AWS console: a signed response in a form that posts itself to
//! the account's sign-in endpoint. SAML bindings §3.5 (HTTP POST), profiles §4.1.5 (unsolicited responses).

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::uri::PathAndQuery;
use http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde_json::json;
use url::{Url, form_urlencoded};
use vestibule_shared::browser::{self, AuthenticatedUser, Cookies};
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::entry::{self, AuthorizedEntry};
use vestibule_shared::ids::{AccountId, PermissionSetName};
use vestibule_shared::page::{Pages, PostFormPage};
use vestibule_shared::saml::{self, MessageId, ServiceProvider, SignedResponse};
use vestibule_shared::store::access::Instance;
use vestibule_shared::store::audit::{Origin, Record};
use vestibule_shared::store::keys::Certificate;

use crate::destination::Console;
use crate::{Context, Error};

/// Vestibule's ARNs are of this partition only.
const AWS: ServiceProvider = ServiceProvider::AWS;

/// CloudTrail's name for it.
const FEDERATE: (&str, &str) = ("sso.amazonaws.com", "Federate");

/// Which account, as what, and where to in its console.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    account_id: AccountId,
    role_name: PermissionSetName,
    destination: Option<String>,
}

pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    (uri, headers): (Uri, HeaderMap),
    query: Result<Query<Request>, QueryRejection>,
) -> Response {
    let answer = match query {
        Ok(Query(request)) => open(&context, &request, &uri, (&headers, &origin)).await,
        Err(_) => Err(Error::Link),
    };
    answer.unwrap_or_else(|error| context.refuse(&error))
}

async fn open(
    context: &Context,
    request: &Request,
    uri: &Uri,
    (headers, origin): (&HeaderMap, &Origin),
) -> Result<Response, Error> {
    let (instance, certificate) = context.identity().await?;
    let pages = Pages::new(instance.public_origin.starts_with("https://"));
    let stores = (&context.sessions, &context.directory);
    let cookies = Cookies::of(&instance.public_origin);
    let now = context.clock.now();
    let Some(caller) = browser::authenticate(stores, cookies, headers, now).await? else {
        return Ok(pages.see_other(&sign_in(uri)));
    };

    let record = context.record(request, &caller, origin);
    let decided = context.decide(&instance, &caller, request).await;
    let (entry, destination) = match decided {
        Ok(decided) => decided,
        Err(error) => return context.refuse_on_record(record, error).await,
    };
    // What cannot be recorded does not happen.
    context.audit.write(&record).await?;
    let signed = context.sign((&instance, &certificate), &caller, &entry);
    match signed.await {
        Ok(response) => {
            let form = (&response, &destination);
            Ok(show(pages, (&entry, &request.role_name), form))
        }
        Err(error) => {
            let failure = context.record(request, &caller, origin);
            let failure = failure.detail("attempt", record.event_id);
            context.refuse_on_record(failure, error).await
        }
    }
}

/// Where a person signs in who is to come back here afterwards.
fn sign_in(uri: &Uri) -> String {
    let back = uri.path_and_query().map(PathAndQuery::as_str);
    match back.and_then(browser::own_path) {
        Some(back) => {
            let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
            format!("/start/sign-in?return={back}")
        }
        None => "/start/sign-in".to_owned(),
    }
}

/// The form, and what the person sees of it until its script or they themselves send it.
fn show(
    pages: Pages,
    (entry, role): (&AuthorizedEntry, &PermissionSetName),
    (response, destination): (&SignedResponse, &Url),
) -> Response {
    let account = entry.account();
    let form = PostFormPage {
        action: AWS.sign_in_endpoint,
        leads_to: &[AWS.sign_in_endpoint, &Console::of(AWS).host_source()],
        target: "AWS console",
        details: &[
            ("Account", &format!("{} ({})", account.name, account.id)),
            ("Permission set", role.as_str()),
        ],
        fields: &[
            ("SAMLResponse", &response.base64()),
            ("RelayState", destination.as_str()),
        ],
    };
    pages.respond(StatusCode::OK, &form)
}

impl Context {
    fn record(&self, request: &Request, caller: &AuthenticatedUser, origin: &Origin) -> Record {
        let moment = (self.clock.now(), &self.random);
        Record::new(FEDERATE, &caller.actor(), origin, moment)
            .parameters(json!({
                "accountId": request.account_id,
                "roleName": request.role_name,
            }))
            .detail("account_id", request.account_id.as_str())
            .detail("role_name", request.role_name.as_str())
    }

    /// Writes down that nothing came of it, and why; a failure to look something up is only logged.
    async fn refuse_on_record<T>(&self, record: Record, error: Error) -> Result<T, Error> {
        if let Some(code) = error.code() {
            self.audit.write(&record.error(code)).await?;
        }
        Err(error)
    }

    async fn decide(
        &self,
        instance: &Instance,
        caller: &AuthenticatedUser,
        request: &Request,
    ) -> Result<(AuthorizedEntry, Url), Error> {
        let stores = (&self.directory, &self.access);
        let place = (&request.account_id, &request.role_name);
        let entry = entry::authorize(stores, instance, caller.with_groups(), place).await?;
        let link = request.destination.as_deref();
        let destination = Console::of(AWS).destination(link, entry.relay_state())?;
        Ok((entry, destination))
    }

    async fn sign(
        &self,
        (instance, certificate): (&Instance, &Certificate),
        caller: &AuthenticatedUser,
        entry: &AuthorizedEntry,
    ) -> Result<SignedResponse, Error> {
        let user = caller.user();
        let response = saml::Response {
            issuer: &instance.entity_id,
            recipient: AWS.sign_in_endpoint,
            audience: AWS.audience,
            role_arn: entry.role_arn(),
            provider_arn: entry.provider_arn(),
            name_id: user.id.as_str(),
            role_session_name: &saml::role_session_name(&user.user_name, user.id.as_str()),
            source_identity: user.id.as_str(),
            session_duration: Duration::from_secs(entry.session_seconds().into()),
            principal_tags: entry.principal_tags(),
            response_id: &MessageId::from_random(self.random.bytes()),
            assertion_id: &MessageId::from_random(self.random.bytes()),
            issue_instant: self.clock.now(),
            authentication_instant: caller.session().created_at,
        };
        Ok(response.sign(&self.signer, &certificate.der_base64).await?)
    }
}
