//! Who calls the portal API: the holder of an access token.

use http::HeaderMap;
use jiff::Timestamp;
use vestibule_shared::browser::may_use;
use vestibule_shared::store::audit::Actor;
use vestibule_shared::store::directory::UserWithGroups;
use vestibule_shared::token::Token;

use crate::Context;
use crate::error::Error;
use crate::grants::{ApplicationTokens, Family, HeldToken};
use crate::token_with_iam::ACCOUNT_ACCESS;

const HEADER: &str = "x-amz-sso_bearer_token";

/// A person, by a program that they let in. Only [`Context::holder`] makes one.
#[derive(Debug)]
pub(crate) struct Holder {
    found: UserWithGroups,
    family: Family,
}

impl Holder {
    pub(crate) fn with_groups(&self) -> &UserWithGroups {
        &self.found
    }

    pub(crate) fn family(&self) -> &Family {
        &self.family
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::User {
            id: self.found.user.id.clone(),
            session: Some(self.family.id.as_str().to_owned()),
        }
    }
}

impl Context {
    /// What is known of the presented access token by itself: one read.
    pub(crate) async fn held_token(
        &self,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<HeldToken, Error> {
        let mut presented = headers.get_all(HEADER).iter();
        let token = presented
            .next()
            .filter(|_| presented.next().is_none())
            .and_then(|token| token.to_str().ok())
            .and_then(Token::parse)
            .ok_or(Error::BearerToken)?;
        let held = self.grants().find_access_token(&token.hash(), now).await?;
        held.ok_or(Error::BearerToken)
    }

    /// Whose token it is, from what the tables say now: family and user are read at once.
    pub(crate) async fn holder(&self, held: &HeldToken, now: Timestamp) -> Result<Holder, Error> {
        let (family, found) = tokio::try_join!(
            self.grants().find_family(&held.family, now),
            self.directory.find_user_with_groups(&held.user),
        )?;
        let holder = family
            .zip(found)
            .filter(|(family, found)| {
                family.user == found.user.id && may_use(&found.user, family.authenticated_at)
            })
            .map(|(family, found)| Holder { found, family })
            .ok_or(Error::BearerToken)?;
        if let Some(tokens) = &holder.family.application {
            self.check_account_access(held, tokens, &holder.found)
                .await?;
        }
        Ok(holder)
    }

    /// Whether an application's token is for accounts, and the application may be used still.
    async fn check_account_access(
        &self,
        held: &HeldToken,
        tokens: &ApplicationTokens,
        user: &UserWithGroups,
    ) -> Result<(), Error> {
        let scopes = held.scopes.as_ref().unwrap_or(&tokens.scopes);
        if !scopes.iter().any(|scope| scope == ACCOUNT_ACCESS) {
            return Err(Error::BearerToken);
        }
        let application = self.usable_application(&tokens.id, user).await?;
        let still = application
            .is_some_and(|application| application.access_scopes.contains_key(ACCOUNT_ACCESS));
        if still {
            Ok(())
        } else {
            Err(Error::BearerToken)
        }
    }
}
