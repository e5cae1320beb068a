//! Scopes (RFC 6749 §3.3). There is one: to use the accounts that the person may enter.

use serde::{Deserialize, Serialize};

use super::{Reason, Refusal};

/// A scope that tokens can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Scope {
    /// To list accounts and roles, and to get credentials of roles.
    #[serde(rename = "sso:account:access")]
    AccountAccess,
}

const REFUSED: Refusal = Reason::InvalidScope.because("a scope is not offered");

impl Scope {
    fn parse(name: &str) -> Result<Self, Refusal> {
        match name {
            "sso:account:access" => Ok(Self::AccountAccess),
            _ => Err(REFUSED),
        }
    }

    /// The scopes of a list, each once.
    pub(crate) fn parse_all<'a>(
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Self>, Refusal> {
        let mut scopes = Vec::new();
        for name in names {
            let scope = Self::parse(name)?;
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        Ok(scopes)
    }

    /// What an authorization is for: the scopes it names, all of which the client must have registered; those when it
    /// names none.
    pub(crate) fn requested(
        names: Option<&str>,
        registered: &[Self],
    ) -> Result<Vec<Self>, Refusal> {
        let named = Self::parse_all(
            names
                .unwrap_or_default()
                .split(' ')
                .filter(|name| !name.is_empty()),
        )?;
        if named.is_empty() {
            return Ok(registered.to_vec());
        }
        let all_registered = named.iter().all(|scope| registered.contains(scope));
        if all_registered {
            Ok(named)
        } else {
            Err(REFUSED)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_has_at_most_the_scopes_that_were_registered() {
        let registered = [Scope::AccountAccess];
        for named in [
            None,
            Some(""),
            Some("sso:account:access"),
            Some(" sso:account:access  sso:account:access"),
        ] {
            assert_eq!(
                Scope::requested(named, &registered),
                Ok(registered.to_vec())
            );
        }
        assert_eq!(
            Scope::requested(Some("sso:account:access"), &[]),
            Err(REFUSED)
        );
        assert_eq!(Scope::requested(Some("openid"), &registered), Err(REFUSED));
    }
}
