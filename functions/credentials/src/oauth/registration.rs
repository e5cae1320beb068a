//! What a program says about itself when it registers (RFC 7591 §2), in the members of AWS's `RegisterClient`. Nothing of it
//! is verified, all of it is bounded: it comes back in every request.

use serde::{Deserialize, Serialize};

use super::{GrantType, LoopbackUri, Reason, Refusal, Scope};

/// How long a registration lasts, in seconds: 90 days.
pub(crate) const LIFETIME: i64 = 90 * 24 * 3600;

const LONGEST_NAME: usize = 128;
const MOST_REDIRECT_URIS: usize = 5;

/// A registration. The short names are those on the wire, in the client id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registration {
    /// What the program calls itself.
    #[serde(rename = "n")]
    pub(crate) unverified_name: String,
    /// Where its codes may go.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) redirect_uris: Vec<String>,
    /// The grants it uses; none named means the ones that need no redirect URI.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) grant_types: Vec<GrantType>,
    /// The scopes it may ask for.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<Scope>,
    /// Epoch seconds.
    #[serde(rename = "i")]
    pub(crate) issued_at: i64,
    /// Epoch seconds.
    #[serde(rename = "e")]
    pub(crate) expires_at: i64,
    /// Tells equal registrations of one second apart.
    #[serde(rename = "x")]
    pub(crate) nonce: String,
}

/// What a program sends to register, as far as it decides anything.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) client_name: String,
    pub(crate) client_type: String,
    #[serde(default)]
    pub(crate) scopes: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) redirect_uris: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) grant_types: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) issuer_url: Option<String>,
    #[serde(default)]
    pub(crate) entitled_application_arn: Option<String>,
}

impl Metadata {
    /// The registration that this asks for, from `now` (epoch seconds) on.
    pub(crate) fn register(&self, now: i64, nonce: String) -> Result<Registration, Refusal> {
        if self.client_type != "public" {
            return Err(
                Reason::InvalidClientMetadata.because("only public clients can be registered")
            );
        }
        if self.entitled_application_arn.is_some() {
            return Err(
                Reason::InvalidRequest.because("clients of applications cannot be registered")
            );
        }
        let grant_types = self.grant_types()?;
        let redirect_uris = self.redirect_uris()?;
        if grant_types.contains(&GrantType::AuthorizationCode) && redirect_uris.is_empty() {
            return Err(
                Reason::InvalidRedirectUri.because("the authorization code needs a redirect URI")
            );
        }
        let scopes = self.scopes.iter().flatten().map(String::as_str);
        Ok(Registration {
            unverified_name: self.name()?,
            redirect_uris,
            grant_types,
            scopes: Scope::parse_all(scopes)?,
            issued_at: now,
            expires_at: now + LIFETIME,
            nonce,
        })
    }

    /// People see it when they are asked for consent: it must not rearrange what is around it.
    fn name(&self) -> Result<String, Refusal> {
        let name = self.client_name.trim();
        let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
        if fits && !name.chars().any(is_invisible) {
            Ok(name.to_owned())
        } else {
            Err(Reason::InvalidClientMetadata
                .because("the client name must be 1 to 128 visible characters"))
        }
    }

    fn grant_types(&self) -> Result<Vec<GrantType>, Refusal> {
        let mut grant_types = Vec::new();
        for name in self.grant_types.iter().flatten() {
            let grant_type = GrantType::parse(name)?;
            if !grant_types.contains(&grant_type) {
                grant_types.push(grant_type);
            }
        }
        Ok(grant_types)
    }

    fn redirect_uris(&self) -> Result<Vec<String>, Refusal> {
        let uris = self.redirect_uris.as_deref().unwrap_or_default();
        let loopback = uris.iter().all(|uri| LoopbackUri::parse(uri).is_some());
        if loopback && uris.len() <= MOST_REDIRECT_URIS {
            Ok(uris.to_vec())
        } else {
            Err(Reason::InvalidRedirectUri
                .because("a redirect URI must be http on a loopback address"))
        }
    }
}

impl Registration {
    /// Whether the program may use `grant_type` (RFC 7591 §2). One that named none may use those of older AWS CLIs.
    pub(crate) fn may_use(&self, grant_type: GrantType) -> Result<(), Refusal> {
        let allowed = if self.grant_types.is_empty() {
            grant_type != GrantType::AuthorizationCode || !self.redirect_uris.is_empty()
        } else {
            self.grant_types.contains(&grant_type)
        };
        if allowed {
            Ok(())
        } else {
            Err(Reason::UnauthorizedClient
                .because("the client is not registered for this grant type"))
        }
    }

    /// Whether a sign-in of the program can be refreshed. Programs from before that register no scopes: theirs cannot.
    pub(crate) fn can_refresh(&self) -> bool {
        !self.scopes.is_empty() && self.may_use(GrantType::RefreshToken).is_ok()
    }

    /// The redirect URI that `text` is, if the program registered it.
    pub(crate) fn redirect_uri(&self, text: &str) -> Option<LoopbackUri> {
        let uri = LoopbackUri::parse(text)?;
        let mut registered = self
            .redirect_uris
            .iter()
            .filter_map(|uri| LoopbackUri::parse(uri));
        registered
            .any(|registered| uri.was_registered_as(&registered))
            .then_some(uri)
    }
}

/// Control characters, and those that turn the direction of writing or have no width (Unicode technical report 36, §3.1).
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Metadata {
        serde_json::from_str(
            r#"{"clientName": "botocore-client-dev", "clientType": "public",
                "grantTypes": ["authorization_code", "refresh_token"],
                "redirectUris": ["http://127.0.0.1/oauth/callback"],
                "issuerUrl": "https://identitycenter.amazonaws.com/ssoins-0123456789abcdef",
                "scopes": ["sso:account:access"]}"#,
        )
        .unwrap()
    }

    fn registered(change: impl FnOnce(&mut Metadata)) -> Result<Registration, Reason> {
        let mut metadata = metadata();
        change(&mut metadata);
        let registration = metadata.register(1_000, "nonce".to_owned());
        registration.map_err(|refusal| refusal.reason)
    }

    #[test]
    fn the_aws_cli_registers_for_ninety_days() {
        let registration = registered(|_| {}).unwrap();
        assert_eq!(registration.expires_at, 1_000 + 7_776_000);
        assert!(registration.can_refresh());
        assert!(registration.may_use(GrantType::DeviceCode).is_err());
        assert!(
            registration
                .redirect_uri("http://127.0.0.1:1234/oauth/callback")
                .is_some()
        );
        assert!(
            registration
                .redirect_uri("http://127.0.0.1:1234/other")
                .is_none()
        );
    }

    #[test]
    fn a_program_without_scopes_and_grant_types_gets_one_long_token_by_device() {
        let registration = registered(|metadata| {
            metadata.scopes = None;
            metadata.grant_types = None;
            metadata.redirect_uris = None;
        });
        let registration = registration.unwrap();
        assert!(registration.may_use(GrantType::DeviceCode).is_ok());
        assert!(registration.may_use(GrantType::AuthorizationCode).is_err());
        assert!(!registration.can_refresh());
    }

    #[test]
    fn a_program_with_scopes_may_refresh_what_a_device_was_given() {
        let registration = registered(|metadata| {
            metadata.grant_types = None;
            metadata.redirect_uris = None;
        });
        assert!(registration.unwrap().can_refresh());
    }

    type Change = fn(&mut Metadata);

    #[test]
    fn each_fault_has_its_own_reason() {
        let many = vec!["http://127.0.0.1/cb".to_owned(); 6];
        let cases: [(Change, Reason); 9] = [
            (
                |it| it.client_type = "confidential".to_owned(),
                Reason::InvalidClientMetadata,
            ),
            (
                |it| it.client_name = " ".to_owned(),
                Reason::InvalidClientMetadata,
            ),
            (
                |it| it.client_name = "n".repeat(129),
                Reason::InvalidClientMetadata,
            ),
            (
                |it| it.client_name = "AWS\u{202e}ILC".to_owned(),
                Reason::InvalidClientMetadata,
            ),
            (
                |it| it.scopes = Some(vec!["openid".to_owned()]),
                Reason::InvalidScope,
            ),
            (
                |it| it.grant_types = Some(vec!["password".to_owned()]),
                Reason::UnsupportedGrantType,
            ),
            (
                |it| it.redirect_uris = Some(vec!["https://evil.example/".to_owned()]),
                Reason::InvalidRedirectUri,
            ),
            (|it| it.redirect_uris = None, Reason::InvalidRedirectUri),
            (
                |it| it.entitled_application_arn = Some(String::new()),
                Reason::InvalidRequest,
            ),
        ];
        for (change, reason) in cases {
            assert_eq!(registered(change), Err(reason), "{reason:?}");
        }
        let too_many = registered(|it| it.redirect_uris = Some(many));
        assert_eq!(too_many, Err(Reason::InvalidRedirectUri));
    }
}
