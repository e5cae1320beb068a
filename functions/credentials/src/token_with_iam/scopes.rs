//! Scopes of applications (RFC 6749 §3.3): those that an administrator gave the application, and three that all have.

use vestibule_shared::store::access::Application;

use crate::oauth::{Reason, Refusal};

/// To list accounts and roles, and to get credentials of roles.
pub(crate) const ACCOUNT_ACCESS: &str = "sso:account:access";
/// To be told in whose name to act.
pub(crate) const IDENTITY_CONTEXT: &str = "sts:identity_context";
/// What every application may have.
const DEFAULT: [&str; 3] = ["openid", "aws", IDENTITY_CONTEXT];
/// An application has fewer.
const MOST: usize = 100;

/// The scopes that tokens of `application` may have.
pub(crate) fn allowed(application: &Application) -> Vec<String> {
    let own = application.access_scopes.keys().cloned();
    let default = DEFAULT.iter().map(|scope| (*scope).to_owned());
    let mut scopes: Vec<String> = default.chain(own).collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

/// The scopes that are requested, all of which must be allowed; those when none is named.
pub(crate) fn granted<S: AsRef<str>>(
    requested: Option<&[S]>,
    allowed: &[String],
) -> Result<Vec<String>, Refusal> {
    let Some(requested) = requested.filter(|requested| !requested.is_empty()) else {
        return Ok(allowed.to_vec());
    };
    let refused = Reason::InvalidScope.because("the application may not have one of the scopes");
    if requested.len() > MOST {
        return Err(refused);
    }
    let mut scopes = Vec::new();
    for scope in requested {
        let scope = allowed.iter().find(|allowed| *allowed == scope.as_ref());
        let scope = scope.ok_or(refused)?;
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_granted_that_is_not_allowed() {
        let allowed = ["aws".to_owned(), "s3:read".to_owned()];
        assert_eq!(granted::<&str>(None, &allowed), Ok(allowed.to_vec()));
        assert_eq!(granted::<&str>(Some(&[]), &allowed), Ok(allowed.to_vec()));
        assert_eq!(
            granted(Some(&["s3:read", "s3:read"]), &allowed),
            Ok(vec!["s3:read".to_owned()])
        );
        for requested in ["s3", "S3:read", "s3:read ", "", "sso:account:access"] {
            assert!(
                granted(Some(&["aws", requested]), &allowed).is_err(),
                "{requested}"
            );
        }
        assert!(granted(Some(&["aws"; 101]), &allowed).is_err());
    }
}
