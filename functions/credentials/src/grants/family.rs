//! A token family: one sign-in of one program, with all access and refresh tokens that came of it.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use vestibule_shared::Random;
use vestibule_shared::ids::UserId;
use vestibule_shared::store::audit::{Origin, Record};
use vestibule_shared::store::sessions::{SessionKind, SessionSummary, list_session};
use vestibule_shared::store::table::futures_join;
use vestibule_shared::store::transaction::Unmet;
use vestibule_shared::store::{Error, Transaction};
use vestibule_shared::token::{Token, TokenHash};

use super::{ApplicationTokens, Approval, Grants};
use crate::oauth::rotation::RefreshTokens;
use crate::oauth::{Client, ClientFingerprint, Scope};

const FAMILY: &str = "FAMILY";
const TOKEN: &str = "TOKEN";

/// How long an access token lasts where it can be refreshed.
const ACCESS_TOKEN: SignedDuration = SignedDuration::from_hours(1);
/// How often, one after the other, tokens may be exchanged for tokens.
const MOST_EXCHANGES: usize = 8;

/// Names a family in tables and audit records; opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct FamilyId(String);

impl FamilyId {
    pub(super) fn generate(random: &Random) -> Self {
        Self(random.hex::<16>())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn key(&self) -> String {
        format!("FAMILY#{}", self.0)
    }
}

/// A sign-in of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Family {
    pub(crate) id: FamilyId,
    pub(crate) user: UserId,
    pub(crate) client: ClientFingerprint,
    pub(crate) unverified_client_name: String,
    pub(crate) scopes: Vec<Scope>,
    /// When the person signed in to the session in which they agreed.
    pub(crate) authenticated_at: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The address that the program fetched its first tokens from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) user_agent: Option<String>,
    /// Which application it is, if it is not a program that registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) application: Option<ApplicationTokens>,
    /// The session in which the person let an application in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<TokenHash>,
    /// The families by exchange of whose tokens it came to be, the first one first: it is refreshed as long as all of them are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) derived_from: Vec<FamilyId>,
    /// The present refresh token, if the program can refresh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refresh: Option<TokenHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) previous_refresh: Option<TokenHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rotated_at: Option<Timestamp>,
}

/// What a code is redeemed for.
pub(crate) struct Grant<'a> {
    pub(crate) client: &'a Client,
    pub(crate) approval: &'a Approval,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) session: SignedDuration,
    pub(crate) origin: &'a Origin,
}

/// Whose token an access or refresh token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HeldToken {
    pub(crate) family: FamilyId,
    pub(crate) user: UserId,
    pub(crate) expires_at: Timestamp,
    /// The scopes of an access token that has fewer than its family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scopes: Option<Vec<String>>,
}

/// Tokens on their way to their holder.
pub(crate) struct NewTokens {
    pub(crate) access: Token,
    pub(crate) access_expires_at: Timestamp,
    pub(crate) refresh: Option<Token>,
    /// The scopes of the access token, where it has fewer than its family.
    pub(crate) scopes: Option<Vec<String>>,
}

impl fmt::Debug for NewTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NewTokens(…)")
    }
}

impl Family {
    /// A new family with its first tokens.
    pub(crate) fn begin(
        grant: Grant<'_>,
        (now, random): (Timestamp, &Random),
    ) -> (Self, NewTokens) {
        let registration = grant.client.registration();
        let refresh = registration.can_refresh().then(|| Token::generate(random));
        let family = Self {
            id: FamilyId::generate(random),
            user: grant.approval.user.clone(),
            client: grant.client.fingerprint().clone(),
            unverified_client_name: registration.unverified_name.clone(),
            scopes: grant.scopes,
            authenticated_at: grant.approval.authenticated_at,
            created_at: now,
            expires_at: now + grant.session,
            address: Some(grant.origin.address.clone()),
            user_agent: grant.origin.user_agent.clone(),
            application: None,
            session: None,
            derived_from: Vec::new(),
            refresh: refresh.as_ref().map(Token::hash),
            previous_refresh: None,
            rotated_at: None,
        };
        let tokens = family.next_tokens(refresh, (now, random));
        (family, tokens)
    }

    /// A new access token of this family, beside `refresh`. It never outlives the family; where it cannot be refreshed, it
    /// lives as long.
    pub(crate) fn next_tokens(
        &self,
        refresh: Option<Token>,
        (now, random): (Timestamp, &Random),
    ) -> NewTokens {
        let access_expires_at = match self.refresh {
            Some(_) => self.expires_at.min(now + ACCESS_TOKEN),
            None => self.expires_at,
        };
        NewTokens {
            access: Token::generate(random),
            access_expires_at,
            refresh,
            scopes: None,
        }
    }

    pub(crate) fn refresh_tokens(&self) -> Option<RefreshTokens<'_>> {
        Some(RefreshTokens {
            current: self.refresh.as_ref()?,
            previous: self.previous_refresh.as_ref(),
            rotated_at: self.rotated_at,
        })
    }

    /// The agreement that it came of.
    pub(crate) fn approval(&self) -> Approval {
        Approval {
            user: self.user.clone(),
            authenticated_at: self.authenticated_at,
            session: self.session.clone(),
        }
    }

    /// What a family derives from that this one's token is exchanged for; `None` if that were too many.
    pub(crate) fn lineage(&self) -> Option<Vec<FamilyId>> {
        let mut lineage = self.derived_from.clone();
        lineage.push(self.id.clone());
        (lineage.len() <= MOST_EXCHANGES).then_some(lineage)
    }

    fn summary(&self) -> SessionSummary {
        let kind = match self.application {
            Some(_) => SessionKind::Application,
            None => SessionKind::Program,
        };
        SessionSummary {
            id: self.id.as_str().to_owned(),
            kind,
            client_name: Some(self.unverified_client_name.clone()),
            address: self.address.clone(),
            user_agent: self.user_agent.clone(),
            authenticated_at: self.authenticated_at,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }

    fn holds(&self, expires_at: Timestamp) -> HeldToken {
        HeldToken {
            family: self.id.clone(),
            user: self.user.clone(),
            expires_at,
            scopes: None,
        }
    }
}

impl Grants<'_> {
    /// Finds a family that has not ended.
    pub(crate) async fn find_family(
        self,
        id: &FamilyId,
        now: Timestamp,
    ) -> Result<Option<Family>, Error> {
        let family: Option<Family> = self.table.find(&id.key(), FAMILY).await?;
        Ok(family.filter(|family| now < family.expires_at))
    }

    /// Whether nothing that the family was exchanged from has ended. Reads only where there is something.
    pub(crate) async fn has_its_origins(
        self,
        family: &Family,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let origins = &family.derived_from;
        let found = origins.iter().map(|id| self.find_family(id, now));
        Ok(futures_join(found).await?.iter().all(Option::is_some))
    }

    /// Whose access token it is, if it has not expired. Whether its family has ended, the family's item says.
    pub(crate) async fn find_access_token(
        self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<HeldToken>, Error> {
        let held: Option<HeldToken> = self.table.find(&access_key(hash), TOKEN).await?;
        Ok(held.filter(|held| now < held.expires_at))
    }

    /// Whose refresh token it is, or was.
    pub(crate) async fn find_refresh_token(
        self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<HeldToken>, Error> {
        let held: Option<HeldToken> = self.table.find(&refresh_key(hash), TOKEN).await?;
        Ok(held.filter(|held| now < held.expires_at))
    }

    /// Replaces the refresh token `before` by the one in `tokens`. `Conflict` if somebody else did, or the family ended.
    pub(crate) async fn rotate(
        self,
        (family, before): (&Family, &TokenHash),
        (tokens, now): (&NewTokens, Timestamp),
        record: &Record,
    ) -> Result<(), Error> {
        let after = tokens.refresh.as_ref().map(Token::hash);
        let after = after.ok_or(Error::Conflict("the refresh token"))?;
        let mut transaction = Transaction::new();
        let update = self
            .table
            .transact_update(&family.id.key(), FAMILY)
            .update_expression(
                "SET refresh = :after, previous_refresh = :before, rotated_at = :now",
            )
            .condition_expression("refresh = :before")
            .expression_attribute_values(":after", string(after.as_str()))
            .expression_attribute_values(":before", string(before.as_str()))
            .expression_attribute_values(":now", string(&now.to_string()))
            .build();
        transaction.add(update, Unmet::Conflict("the refresh token"))?;
        self.add_tokens(&mut transaction, family, tokens)?;
        self.commit(transaction, record).await
    }

    /// Writes one more access token of a family. `NotFound` if the family ended.
    pub(crate) async fn add_access_token(
        self,
        family: &Family,
        tokens: &NewTokens,
        record: &Record,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let check = self
            .table
            .transact_check(&family.id.key(), FAMILY)
            .condition_expression("attribute_exists(pk)")
            .build();
        transaction.add(check, Unmet::NotFound("the family"))?;
        self.add_access(&mut transaction, family, tokens)?;
        self.commit(transaction, record).await
    }

    /// Ends a family: all of its tokens are void from now on. One that has ended already is no error.
    pub(crate) async fn end_family(self, id: &FamilyId, record: &Record) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let delete = self.table.transact_delete(&id.key(), FAMILY).build();
        transaction.add(delete, Unmet::Conflict("the family"))?;
        self.commit(transaction, record).await
    }

    /// Adds a new family and its first tokens to the transaction that redeems a code.
    pub(super) fn add_family(
        self,
        transaction: &mut Transaction,
        (family, tokens): (&Family, &NewTokens),
    ) -> Result<(), Error> {
        let mut item = self.item((&family.id.key(), FAMILY), (family, family.expires_at))?;
        list_session(&mut item, &family.user, &family.summary())?;
        self.add_new_item(transaction, item)?;
        self.add_tokens(transaction, family, tokens)
    }

    fn add_tokens(
        self,
        transaction: &mut Transaction,
        family: &Family,
        tokens: &NewTokens,
    ) -> Result<(), Error> {
        if let Some(refresh) = &tokens.refresh {
            let key = refresh_key(&refresh.hash());
            let held = family.holds(family.expires_at);
            self.add_new(transaction, (&key, TOKEN), (&held, held.expires_at))?;
        }
        self.add_access(transaction, family, tokens)
    }

    fn add_access(
        self,
        transaction: &mut Transaction,
        family: &Family,
        tokens: &NewTokens,
    ) -> Result<(), Error> {
        let key = access_key(&tokens.access.hash());
        let held = HeldToken {
            scopes: tokens.scopes.clone(),
            ..family.holds(tokens.access_expires_at)
        };
        self.add_new(transaction, (&key, TOKEN), (&held, held.expires_at))
    }
}

fn access_key(hash: &TokenHash) -> String {
    format!("ACCESSTOKEN#{}", hash.as_str())
}

fn refresh_key(hash: &TokenHash) -> String {
    format!("REFRESHTOKEN#{}", hash.as_str())
}

pub(super) fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
