//! `GET /authorize/portal-credentials` — credentials of a role for a person at the portal's page, by their session: JSON for
//! the page's script, a page of its own where there is no script. No other site may ask for either.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use jiff::Timestamp;
use vestibule_shared::browser::AuthenticatedUser;
use vestibule_shared::edge::RequestOrigin;
use vestibule_shared::page::{AccessKeysPage, CliSettings, KeyBlocks};
use vestibule_shared::store::audit::Origin;

use crate::Context;
use crate::credentials::Request;
use crate::error::{Error, json};
use crate::vend::{Answer, Entrant, Identity, RoleCredentials};
use crate::visitor::{Visit, viewer};

/// Whom the answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// The portal's script, which alone can send the header: another site's would have to ask first, and is not answered.
    Script,
    /// A person who followed a link of the portal's page, as the browser itself says.
    Person,
}

pub(crate) async fn handle(
    State(context): State<Context>,
    RequestOrigin(origin): RequestOrigin,
    (uri, headers): (Uri, HeaderMap),
    query: Result<Query<Request>, QueryRejection>,
) -> Response {
    let Some(asker) = asker(&headers) else {
        return context.refuse_portal(&Error::Request(
            "Only the portal's own page may ask for this",
        ));
    };
    // On the heap: all that leads to STS is large.
    let answer = Box::pin(give(&context, (asker, &uri), (&headers, &origin), query)).await;
    answer.unwrap_or_else(|error| match asker {
        Asker::Script => context.refuse_portal(&error),
        Asker::Person => context.refuse_page(&error),
    })
}

fn asker(headers: &HeaderMap) -> Option<Asker> {
    let header = |name: &str| headers.get(name).map(http::HeaderValue::as_bytes);
    let site = header("sec-fetch-site");
    let own_site = site == Some(b"same-origin");
    match header("x-vestibule-portal") {
        Some(b"1") => (own_site || site.is_none()).then_some(Asker::Script),
        Some(_) => None,
        None => {
            let navigates = header("sec-fetch-mode") == Some(b"navigate");
            (own_site && navigates).then_some(Asker::Person)
        }
    }
}

async fn give(
    context: &Context,
    (asker, uri): (Asker, &Uri),
    (headers, origin): (&HeaderMap, &Origin),
    query: Result<Query<Request>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(request) = query
        .map_err(|_| Error::Request("The account id or the role name is missing or not valid"))?;
    let (visit, identity) = tokio::try_join!(context.visit(), context.identity())?;
    let user = match context.visitor(&visit, headers).await? {
        Some(user) => user,
        None if asker == Asker::Person => return Ok(visit.sign_in(uri)),
        None => return Err(Error::SignedOut),
    };
    let entrant = Entrant {
        user: user.with_groups(),
        authenticated_at: user.session().created_at,
        actor: &user.actor(),
        origin,
    };
    let role_credentials = context.vend(&identity, &entrant, &request).await?;
    match asker {
        Asker::Script => Ok(json(StatusCode::OK, &Answer { role_credentials })),
        Asker::Person => {
            show(
                context,
                (&visit, &identity),
                &user,
                (&request, &role_credentials),
            )
            .await
        }
    }
}

async fn show(
    context: &Context,
    (visit, identity): (&Visit, &Identity),
    user: &AuthenticatedUser,
    (request, credentials): (&Request, &RoleCredentials),
) -> Result<Response, Error> {
    let account = context.access.find_account(&request.account_id).await?;
    let expiration = Timestamp::from_millisecond(credentials.expiration).unwrap_or(Timestamp::MAX);
    let (instance, csrf) = (&identity.instance, user.csrf());
    let page = AccessKeysPage {
        viewer: viewer(user, &csrf),
        account_name: account.as_ref().map_or("", |account| &account.name),
        keys: KeyBlocks {
            account_id: request.account_id.as_str(),
            role_name: request.role_name.as_str(),
            access_key_id: &credentials.access_key_id,
            secret_access_key: &credentials.secret_access_key,
            session_token: &credentials.session_token,
            expiration: &expiration.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
        cli: CliSettings {
            start_url: &instance.start_url(),
            region: &instance.region,
            endpoint: &instance.public_origin,
        },
    };
    Ok(visit.pages.respond(StatusCode::OK, &page))
}
