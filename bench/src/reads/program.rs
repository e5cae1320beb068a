//! The AWS CLI's sign-in, as far as it takes to hold an access token: register, ask, be let in by a person whose browser is
//! signed in, redeem.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use url::{Url, form_urlencoded};

use crate::Result;

const OURS: &str = "http://localhost:8080";
const START_URL: &str = "https://identitycenter.amazonaws.com/ssoins-0123456789abcdef";
const REDIRECT_URI: &str = "http://127.0.0.1:43795/oauth/callback";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An access token for a program of the person whose session the cookie carries.
pub(super) async fn sign_in(router: &Router, session: &str) -> Result<String> {
    let program = post(
        router,
        "/client/register",
        &json!({
            "clientName": "bench",
            "clientType": "public",
            "grantTypes": ["authorization_code", "refresh_token"],
            "redirectUris": ["http://127.0.0.1/oauth/callback"],
            "issuerUrl": START_URL,
            "scopes": ["sso:account:access"],
        }),
    )
    .await?;
    let code = authorize(router, session, text(&program, "clientId")?).await?;
    let tokens = post(
        router,
        "/token",
        &json!({
            "grantType": "authorization_code",
            "clientId": program.get("clientId"),
            "clientSecret": program.get("clientSecret"),
            "code": code,
            "redirectUri": REDIRECT_URI,
            "codeVerifier": VERIFIER,
        }),
    )
    .await?;
    Ok(text(&tokens, "accessToken")?.to_owned())
}

/// What the person's browser does; answers the code.
async fn authorize(router: &Router, session: &str, client: &str) -> Result<String> {
    let mut cookies = vec![format!("vestibule={session}")];
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", client)
        .append_pair("redirect_uri", REDIRECT_URI)
        .append_pair("state", "state")
        .append_pair("code_challenge_method", "S256")
        .append_pair("scopes", "sso:account:access")
        .append_pair("code_challenge", CHALLENGE)
        .finish();
    let asked = Request::get(format!("/authorize?{query}")).header(COOKIE, cookies.join("; "));
    let (headers, _) = send(router, asked.body(Body::empty())?).await?;
    cookies.extend(set_cookies(&headers));
    let consent = Request::get(location(&headers)?).header(COOKIE, cookies.join("; "));
    let (headers, page) = send(router, consent.body(Body::empty())?).await?;
    cookies.extend(set_cookies(&headers));

    let page = page.split_once("<main").map_or(&*page, |(_, main)| main);
    let action = between(page, "method=\"post\" action=\"")?.replace("&amp;", "&");
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("csrf", between(page, "name=\"csrf\" value=\"")?)
        .append_pair("decision", "allow")
        .finish();
    let decided = Request::post(action)
        .header(COOKIE, cookies.join("; "))
        .header(ORIGIN, OURS)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let (headers, _) = send(router, decided.body(Body::from(form))?).await?;
    let redirect = Url::parse(OURS)?.join(&location(&headers)?)?;
    let parameters: BTreeMap<String, String> = redirect.query_pairs().into_owned().collect();
    let code = parameters.get("code").cloned();
    Ok(code.ok_or("the person was not asked as expected")?)
}

async fn post(router: &Router, path: &str, body: &Value) -> Result<Value> {
    let request = Request::post(path).header(CONTENT_TYPE, "application/json");
    let request = request.body(Body::from(body.to_string()))?;
    let (_, body) = send(router, request).await?;
    Ok(serde_json::from_str(&body)?)
}

async fn send(router: &Router, request: Request<Body>) -> Result<(HeaderMap, String)> {
    let path = request.uri().path().to_owned();
    let (parts, body) = router.clone().oneshot(request).await?.into_parts();
    let body = String::from_utf8(body.collect().await?.to_bytes().to_vec())?;
    if parts.status.is_client_error() || parts.status.is_server_error() {
        return Err(format!("{path} answers {}: {body}", parts.status).into());
    }
    Ok((parts.headers, body))
}

fn set_cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(SET_COOKIE).iter();
    let pairs = values.filter_map(|value| value.to_str().ok()?.split(';').next());
    pairs.map(str::to_owned).collect()
}

fn location(headers: &HeaderMap) -> Result<String> {
    let location = headers.get(LOCATION).ok_or("nobody is sent on")?;
    Ok(location.to_str()?.to_owned())
}

/// What stands after `start` until the next quotation mark.
fn between<'a>(page: &'a str, start: &str) -> Result<&'a str> {
    let (_, rest) = page.split_once(start).ok_or("the page has no such form")?;
    Ok(rest.split('"').next().unwrap_or_default())
}

fn text<'a>(answer: &'a Value, member: &str) -> Result<&'a str> {
    let text = answer.get(member).and_then(Value::as_str);
    Ok(text.ok_or_else(|| format!("the answer has no {member}"))?)
}
