//! The authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3) in AWS's spelling: `scopes` for `scope`.

use std::fmt::Display;

use url::form_urlencoded;

use super::pkce::CodeChallenge;
use super::{GrantType, Reason, Refusal, Registration, Scope};

const LONGEST_STATE: usize = 1024;
/// A query has fewer.
const MOST_PARAMETERS: usize = 50;
pub(crate) const NO_CHALLENGE: Refusal =
    Reason::InvalidRequest.because("a code challenge by S256 is required");

/// The parameters of a query, decoded.
#[derive(Debug, Clone)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        Self(pairs.take(MOST_PARAMETERS).collect())
    }

    /// The value of a parameter; "parameters sent without a value MUST be treated as if they were omitted" and "MUST NOT be
    /// included more than once" (RFC 6749 §3.1).
    pub(crate) fn find(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self
            .0
            .iter()
            .filter(|(found, value)| found == name && !value.is_empty())
            .map(|(_, value)| value.as_str());
        let value = values.next();
        match values.next() {
            None => Ok(value),
            Some(_) => Err(Reason::InvalidRequest.because("a parameter was given twice")),
        }
    }
}

/// What a registered client asks a person for. Only [`AuthorizationRequest::of`] makes one.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) code_challenge: CodeChallenge,
    pub(crate) scopes: Vec<Scope>,
}

impl AuthorizationRequest {
    /// Reads the request of a client whose redirect URI is trusted already: a refusal is sent there.
    pub(crate) fn of(parameters: &Parameters, client: &Registration) -> Result<Self, Refusal> {
        check_response_type(parameters)?;
        client.may_use(GrantType::AuthorizationCode)?;
        let code_challenge = code_challenge(parameters)?.ok_or(NO_CHALLENGE)?;
        Ok(Self {
            code_challenge,
            scopes: Scope::requested(scopes(parameters)?, &client.scopes)?,
        })
    }
}

/// Whether a code is asked for.
pub(crate) fn check_response_type(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.find("response_type")? {
        Some("code") => Ok(()),
        Some(_) => Err(Reason::UnsupportedResponseType.because("the response type must be code")),
        None => Err(Reason::InvalidRequest.because("the response type is missing")),
    }
}

/// The code challenge, if there is one. Without a method it would be `plain` (RFC 7636 §4.4.1), which is not offered.
pub(crate) fn code_challenge(parameters: &Parameters) -> Result<Option<CodeChallenge>, Refusal> {
    let method = parameters.find("code_challenge_method")?;
    let challenge = parameters.find("code_challenge")?;
    match (challenge, method) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) => CodeChallenge::parse(challenge)
            .map(Some)
            .ok_or(NO_CHALLENGE),
        _ => Err(NO_CHALLENGE),
    }
}

/// The scopes that are asked for, joined by spaces, under AWS's name or that of RFC 6749.
pub(crate) fn scopes(parameters: &Parameters) -> Result<Option<&str>, Refusal> {
    Ok(parameters.find("scopes")?.or(parameters.find("scope")?))
}

/// The client's `state`, which goes back as it came (RFC 6749 §4.1.2).
pub(crate) fn state(parameters: &Parameters) -> Result<Option<&str>, Refusal> {
    let state = parameters.find("state")?;
    match state {
        Some(state) if state.len() > LONGEST_STATE => {
            Err(Reason::InvalidRequest.because("the state is too long"))
        }
        _ => Ok(state),
    }
}

/// Where the browser goes with a code (RFC 6749 §4.1.2) or with a refusal (§4.1.2.1).
pub(crate) fn answer(
    redirect_uri: &impl Display,
    state: Option<&str>,
    outcome: Result<&str, Refusal>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    match outcome {
        Ok(code) => query.append_pair("code", code),
        Err(refusal) => query
            .append_pair("error", refusal.reason.code())
            .append_pair("error_description", refusal.description),
    };
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    let redirect_uri = redirect_uri.to_string();
    // A query that the URI has already is kept (RFC 6749 §3.1.2).
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{separator}{}", query.finish())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::LoopbackUri;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn client() -> Registration {
        Registration {
            unverified_name: "cli".to_owned(),
            redirect_uris: vec!["http://127.0.0.1/oauth/callback".to_owned()],
            grant_types: vec![GrantType::AuthorizationCode],
            scopes: vec![Scope::AccountAccess],
            issued_at: 0,
            expires_at: 1,
            nonce: String::new(),
        }
    }

    fn reason(query: &str) -> Option<Reason> {
        let request = AuthorizationRequest::of(&Parameters::parse(query), &client());
        request.err().map(|refusal| refusal.reason)
    }

    #[test]
    fn the_request_of_the_aws_cli_is_understood() {
        let query = format!(
            "response_type=code&client_id=x&redirect_uri=http%3A%2F%2F127.0.0.1%3A43795%2Foauth%2Fcallback&state=s\
             &code_challenge_method=S256&scopes=sso%3Aaccount%3Aaccess&code_challenge={CHALLENGE}"
        );
        let request = AuthorizationRequest::of(&Parameters::parse(&query), &client()).unwrap();
        assert_eq!(request.scopes, [Scope::AccountAccess]);
    }

    #[test]
    fn each_fault_has_its_own_reason() {
        let good = format!("code_challenge_method=S256&code_challenge={CHALLENGE}");
        for (query, expected) in [
            (good.clone(), Reason::InvalidRequest),
            (
                format!("response_type=token&{good}"),
                Reason::UnsupportedResponseType,
            ),
            (
                format!("response_type=code&response_type=code&{good}"),
                Reason::InvalidRequest,
            ),
            ("response_type=code".to_owned(), Reason::InvalidRequest),
            (
                format!("response_type=code&code_challenge={CHALLENGE}"),
                Reason::InvalidRequest,
            ),
            (
                format!(
                    "response_type=code&code_challenge_method=plain&code_challenge={CHALLENGE}"
                ),
                Reason::InvalidRequest,
            ),
            (
                "response_type=code&code_challenge_method=S256&code_challenge=short".to_owned(),
                Reason::InvalidRequest,
            ),
            (
                format!("response_type=code&scopes=openid&{good}"),
                Reason::InvalidScope,
            ),
        ] {
            assert_eq!(reason(&query), Some(expected), "{query}");
        }
    }

    #[test]
    fn the_answer_carries_the_state_as_it_came() {
        let uri = LoopbackUri::parse("http://127.0.0.1:1/cb").unwrap();
        assert_eq!(
            answer(&uri, Some("a b&c=d#"), Ok("code")),
            "http://127.0.0.1:1/cb?code=code&state=a+b%26c%3Dd%23"
        );
        let denied = Reason::AccessDenied.because("no");
        assert_eq!(
            answer(&uri, None, Err(denied)),
            "http://127.0.0.1:1/cb?error=access_denied&error_description=no"
        );
    }

    proptest! {
        #[test]
        fn no_query_makes_the_parser_panic(query in "\\PC{0,300}") {
            let parameters = Parameters::parse(&query);
            let _ = AuthorizationRequest::of(&parameters, &client());
            let _ = state(&parameters);
        }

        #[test]
        fn any_state_comes_back(state in "\\PC{1,60}") {
            let uri = LoopbackUri::parse("http://[::1]:1/cb").unwrap();
            let location = answer(&uri, Some(&state), Ok("code"));
            let (_, query) = location.split_once('?').unwrap();
            let parameters = Parameters::parse(query);
            prop_assert_eq!(parameters.find("state"), Ok(Some(state.as_str())));
        }
    }
}
