//! Authorization codes: redeemed once. One that comes again ends what it made (RFC 6749 §4.1.2), so it is kept and marked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_shared::store::audit::Record;
use vestibule_shared::store::transaction::Unmet;
use vestibule_shared::store::{Error, Transaction};
use vestibule_shared::token::TokenHash;

use super::family::string;
use super::{ApplicationTokens, Approval, Family, FamilyId, Grants, NewTokens, REMEMBERED};
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::{ClientFingerprint, Scope};

const CODE: &str = "CODE";

/// What an authorization code stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuthorizationCode {
    pub(crate) client: ClientFingerprint,
    /// The redirect URI it was sent to, exactly.
    pub(crate) redirect_uri: String,
    /// Programs that registered always have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code_challenge: Option<CodeChallenge>,
    pub(crate) scopes: Vec<Scope>,
    /// Which application it is for, if it is not a program that registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) application: Option<ApplicationTokens>,
    pub(crate) approval: Approval,
    pub(crate) expires_at: Timestamp,
    /// The family it was redeemed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) family: Option<FamilyId>,
}

impl Grants<'_> {
    /// Writes a code that is given without a request for consent.
    pub(crate) async fn create_code(
        self,
        code: (&TokenHash, &AuthorizationCode),
        record: &Record,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.add_code(&mut transaction, code)?;
        self.commit(transaction, record).await
    }

    /// Finds a code, whether it can be redeemed still or not.
    pub(crate) async fn find_code(
        self,
        hash: &TokenHash,
    ) -> Result<Option<AuthorizationCode>, Error> {
        self.table.find(&key(hash), CODE).await
    }

    /// Redeems a code for a family. `Conflict` for all but one of those who do it at the same time.
    pub(crate) async fn redeem_code(
        self,
        hash: &TokenHash,
        (family, tokens): (&Family, &NewTokens),
        record: &Record,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let update = self
            .table
            .transact_update(&key(hash), CODE)
            .update_expression("SET #family = :family")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(#family)")
            .expression_attribute_names("#family", "family")
            .expression_attribute_values(":family", string(family.id.as_str()))
            .build();
        transaction.add(update, Unmet::Conflict("the authorization code"))?;
        self.add_family(&mut transaction, (family, tokens))?;
        self.commit(transaction, record).await
    }

    pub(super) fn add_code(
        self,
        transaction: &mut Transaction,
        (hash, code): (&TokenHash, &AuthorizationCode),
    ) -> Result<(), Error> {
        self.add_new(
            transaction,
            (&key(hash), CODE),
            (code, code.expires_at + REMEMBERED),
        )
    }
}

fn key(hash: &TokenHash) -> String {
    format!("AUTHORIZATIONCODE#{}", hash.as_str())
}
