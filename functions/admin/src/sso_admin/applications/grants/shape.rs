//! A grant as requests and answers have it: a union, of which the grant type names the member.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use vestibule_shared::store::access::{
    AuthorizationCodeGrant, AuthorizedTokenIssuer, Grants, JwtBearerGrant, RefreshTokenGrant,
    TokenExchangeGrant,
};

use crate::Error;
use crate::sso_admin::applications::redirect_uri::is_redirect_uri;

/// The type of a grant, by its name in OAuth.
#[derive(Clone, Copy, Deserialize, PartialEq, Serialize)]
pub(super) enum GrantType {
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    #[serde(rename = "refresh_token")]
    RefreshToken,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:jwt-bearer")]
    JwtBearer,
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Grant {
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_code: Option<AuthorizationCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt_bearer: Option<JwtBearer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<RefreshTokenGrant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_exchange: Option<TokenExchangeGrant>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AuthorizationCode {
    #[serde(default)]
    redirect_uris: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct JwtBearer {
    #[serde(default)]
    authorized_token_issuers: Vec<Issuer>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Issuer {
    #[serde(default)]
    trusted_token_issuer_arn: String,
    #[serde(default)]
    authorized_audiences: Vec<String>,
}

impl GrantType {
    pub(super) const ALL: [Self; 4] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::JwtBearer,
        Self::TokenExchange,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// Lets an application use this type as `grant` says, which must be of the type.
    pub(super) fn set(self, grants: &mut Grants, grant: &Grant) -> Result<(), Error> {
        match (self, grant) {
            (
                Self::AuthorizationCode,
                Grant {
                    authorization_code: Some(code),
                    ..
                },
            ) => grants.authorization_code = Some(code.parse()?),
            (
                Self::JwtBearer,
                Grant {
                    jwt_bearer: Some(bearer),
                    ..
                },
            ) => grants.jwt_bearer = Some(bearer.parse()?),
            (
                Self::RefreshToken,
                Grant {
                    refresh_token: Some(refresh),
                    ..
                },
            ) => grants.refresh_token = Some(*refresh),
            (
                Self::TokenExchange,
                Grant {
                    token_exchange: Some(exchange),
                    ..
                },
            ) => grants.token_exchange = Some(*exchange),
            _ => {
                return Err(Error::validation(
                    "Grant is not of the type that GrantType names.",
                ));
            }
        }
        Ok(())
    }

    /// The grant of this type, if the application may use it.
    pub(super) fn shape(self, grants: &Grants) -> Option<Grant> {
        let none = Grant::default();
        match self {
            Self::AuthorizationCode => grants.authorization_code.as_ref().map(|code| Grant {
                authorization_code: Some(AuthorizationCode {
                    redirect_uris: code.redirect_uris.clone(),
                }),
                ..none
            }),
            Self::JwtBearer => grants.jwt_bearer.as_ref().map(|bearer| Grant {
                jwt_bearer: Some(JwtBearer::of(bearer)),
                ..none
            }),
            Self::RefreshToken => grants.refresh_token.map(|refresh| Grant {
                refresh_token: Some(refresh),
                ..none
            }),
            Self::TokenExchange => grants.token_exchange.map(|exchange| Grant {
                token_exchange: Some(exchange),
                ..none
            }),
        }
    }

    /// Lets an application no longer use this type: whether it could.
    pub(super) fn unset(self, grants: &mut Grants) -> bool {
        match self {
            Self::AuthorizationCode => grants.authorization_code.take().is_some(),
            Self::JwtBearer => grants.jwt_bearer.take().is_some(),
            Self::RefreshToken => grants.refresh_token.take().is_some(),
            Self::TokenExchange => grants.token_exchange.take().is_some(),
        }
    }
}

impl Grant {
    /// The ARNs of the trusted token issuers that it names, at most ten.
    pub(super) fn token_issuers(&self) -> impl Iterator<Item = &str> {
        let bearer = self.jwt_bearer.iter();
        let issuers = bearer.flat_map(|bearer| &bearer.authorized_token_issuers);
        issuers.map(|issuer| issuer.trusted_token_issuer_arn.as_str())
    }
}

impl AuthorizationCode {
    fn parse(&self) -> Result<AuthorizationCodeGrant, Error> {
        let uris = &self.redirect_uris;
        if uris.is_empty() {
            return Err(Error::validation(
                "RedirectUris is required when the grant type is authorization_code.",
            ));
        }
        if !uris.iter().all(|uri| is_redirect_uri(uri)) {
            return Err(Error::validation(
                "A redirect URI must be https, http on a loopback address, or of an app's own scheme such as com.example.app:/, \
                 without a fragment, of at most 2048 characters.",
            ));
        }
        Ok(AuthorizationCodeGrant {
            redirect_uris: uris.clone(),
        })
    }
}

impl JwtBearer {
    fn parse(&self) -> Result<JwtBearerGrant, Error> {
        let issuers = &self.authorized_token_issuers;
        let arns: BTreeSet<&str> = issuers
            .iter()
            .map(|issuer| issuer.trusted_token_issuer_arn.as_str())
            .collect();
        let complete = issuers.iter().all(|issuer| {
            !issuer.trusted_token_issuer_arn.is_empty() && !issuer.authorized_audiences.is_empty()
        });
        if issuers.is_empty() || !complete {
            return Err(Error::validation(
                "AuthorizedTokenIssuers is required when the grant type is \
                 urn:ietf:params:oauth:grant-type:jwt-bearer, each with TrustedTokenIssuerArn and AuthorizedAudiences.",
            ));
        }
        if arns.len() != issuers.len() {
            return Err(Error::validation("A trusted token issuer occurs twice."));
        }
        let issuers = issuers.iter().map(|issuer| AuthorizedTokenIssuer {
            trusted_token_issuer_arn: issuer.trusted_token_issuer_arn.clone(),
            authorized_audiences: issuer.authorized_audiences.clone(),
        });
        Ok(JwtBearerGrant {
            authorized_token_issuers: issuers.collect(),
        })
    }

    fn of(grant: &JwtBearerGrant) -> Self {
        let issuers = grant.authorized_token_issuers.iter().map(|issuer| Issuer {
            trusted_token_issuer_arn: issuer.trusted_token_issuer_arn.clone(),
            authorized_audiences: issuer.authorized_audiences.clone(),
        });
        Self {
            authorized_token_issuers: issuers.collect(),
        }
    }
}
