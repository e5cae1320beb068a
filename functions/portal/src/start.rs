//! `/start/` — the person's AWS accounts and applications; and what AWS CLIs ask there.

use axum::extract::State;
use axum::response::Response;
use http::uri::PathAndQuery;
use http::{HeaderMap, StatusCode, Uri};
use url::form_urlencoded;
use vestibule_shared::browser::{self, AuthenticatedUser};
use vestibule_shared::entry::{self, AccountEntry, ApplicationEntry, Entries};
use vestibule_shared::page::{
    AccountRow, AccountsPage, ApplicationList, ApplicationRow, CliSettings, Pages,
    PermissionSetRow, Viewer,
};

use crate::start_query::StartQuery;
use crate::{Context, Error, Site, found};

/// How many accounts, and how many applications, one page shows: with a few permission sets each it stays far below what a Lambda may answer.
const ROWS: usize = 200;

const SEVERAL: &str = "This link works with several permission sets. Choose one.";
const NOT_YOURS: &str = "This link leads to an account that is not among yours.";

/// `GET /` and whatever else means the portal.
pub(crate) async fn redirect() -> Response {
    found(Pages::new(false), "/start/")
}

/// `HEAD` — AWS CLIs from 2.35.13 on send it to the start URL and want to be sent on to a name of AWS's.
pub(crate) async fn handle_head(State(context): State<Context>) -> Response {
    match context.site().await {
        Ok(site) => found(site.pages, &site.instance.start_url()),
        Err(error) => context.refuse(&error),
    }
}

/// `GET` — the page.
pub(crate) async fn handle(
    State(context): State<Context>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let answer = open(&context, &uri, &headers).await;
    answer.unwrap_or_else(|error| context.refuse(&error))
}

async fn open(context: &Context, uri: &Uri, headers: &HeaderMap) -> Result<Response, Error> {
    let query = StartQuery::parse(uri.query());
    let site = context.site().await?;
    let Some(caller) = context.caller(&site, headers).await? else {
        return Ok(site.pages.see_other(&sign_in(uri)));
    };
    let stores = (&context.directory, &context.access);
    let entries = entry::entries_of(stores, &site.instance, caller.with_groups()).await?;
    match shortcut(&query, &entries.accounts) {
        Some(Shortcut::Console(path)) => Ok(site.pages.see_other(&path)),
        Some(Shortcut::Choice(account)) => {
            let query = StartQuery {
                words: account,
                ..query
            };
            Ok(show(&site, &caller, &entries, (&query, Some(SEVERAL))))
        }
        Some(Shortcut::Nowhere) => Ok(show(&site, &caller, &entries, (&query, Some(NOT_YOURS)))),
        None => Ok(show(&site, &caller, &entries, (&query, None))),
    }
}

/// Where a shortcut link leads that names an account and no permission set.
enum Shortcut {
    /// There is only one permission set.
    Console(String),
    /// There are several.
    Choice(String),
    /// The account is not among the person's.
    Nowhere,
}

fn shortcut(query: &StartQuery, entries: &[AccountEntry]) -> Option<Shortcut> {
    let account = query.account.as_deref()?;
    let entry = entries
        .iter()
        .find(|entry| entry.account.id.as_str() == account);
    let Some(entry) = entry else {
        return Some(Shortcut::Nowhere);
    };
    let [role] = entry.roles.as_slice() else {
        return Some(Shortcut::Choice(account.to_owned()));
    };
    let mut asked = form_urlencoded::Serializer::new(String::new());
    asked
        .append_pair("account_id", account)
        .append_pair("role_name", role.as_str());
    if let Some(destination) = &query.destination {
        asked.append_pair("destination", destination);
    }
    let path = format!("/saml/console?{}", asked.finish());
    Some(Shortcut::Console(path))
}

/// Where a person signs in who is to come back here afterwards.
fn sign_in(uri: &Uri) -> String {
    let asked = uri.path_and_query().filter(|asked| asked.query().is_some());
    match asked.map(PathAndQuery::as_str).and_then(browser::own_path) {
        Some(back) => {
            let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
            format!("/start/sign-in?return={back}")
        }
        None => "/start/sign-in".to_owned(),
    }
}

fn show(
    site: &Site,
    caller: &AuthenticatedUser,
    entries: &Entries,
    (query, notice): (&StartQuery, Option<&str>),
) -> Response {
    let rows = entries.accounts.iter().map(row);
    let matching: Vec<AccountRow> = rows.filter(|row| row.matches(&query.words)).collect();
    let pages = matching.len().div_ceil(ROWS).max(1);
    let page = query.page.min(pages);
    let shown = matching.chunks(ROWS).nth(page - 1).unwrap_or_default();
    let applications = matching_applications(&entries.applications, &query.words);
    let user = caller.user();
    let csrf = caller.csrf();
    let accounts = AccountsPage {
        viewer: Viewer {
            display_name: user.display_name(),
            user_name: &user.user_name,
            csrf: csrf.expose(),
        },
        accounts: shown,
        matching: matching.len(),
        total: entries.accounts.len(),
        query: &query.words,
        destination: query.destination.as_deref(),
        page,
        pages,
        applications: on_first_page(&applications, (page, entries.applications.len())),
        cli: CliSettings {
            start_url: &site.instance.start_url(),
            region: &site.instance.region,
            endpoint: &site.instance.public_origin,
        },
        notice,
    };
    site.pages.respond(StatusCode::OK, &accounts)
}

fn on_first_page(
    matching: &[ApplicationRow],
    (page, total): (usize, usize),
) -> ApplicationList<'_> {
    let first = matching.chunks(ROWS).next().unwrap_or_default();
    ApplicationList {
        shown: if page == 1 { first } else { &[] },
        matching: matching.len(),
        total,
    }
}

fn row(entry: &AccountEntry) -> AccountRow {
    let sets = entry.roles.iter().map(|role| PermissionSetRow {
        name: role.to_string(),
        description: entry.descriptions.get(role).cloned().unwrap_or_default(),
    });
    AccountRow {
        id: entry.account.id.to_string(),
        name: entry.account.name.clone(),
        email: entry.account.email.clone(),
        permission_sets: sets.collect(),
    }
}

fn matching_applications(entries: &[ApplicationEntry], words: &str) -> Vec<ApplicationRow> {
    let rows = entries.iter().map(|entry| ApplicationRow {
        name: entry.name.clone(),
        description: entry.description.clone().unwrap_or_default(),
        url: entry.url.clone(),
    });
    rows.filter(|row| row.matches(words)).collect()
}
