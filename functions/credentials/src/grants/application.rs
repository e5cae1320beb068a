//! Tokens of applications. They are families as those of programs are, and say whose they are and what for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_shared::Random;
use vestibule_shared::ids::ApplicationId;
use vestibule_shared::store::audit::{Origin, Record};
use vestibule_shared::store::transaction::Unmet;
use vestibule_shared::store::{Error, Transaction};
use vestibule_shared::token::Token;

use super::{Approval, Family, FamilyId, Grants, NewTokens};
use crate::oauth::ClientFingerprint;

const USED: &str = "USED";

/// Which application, and what its tokens are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ApplicationTokens {
    pub(crate) id: ApplicationId,
    pub(crate) scopes: Vec<String>,
}

/// What a new family of an application begins with.
pub(crate) struct ApplicationGrant<'a> {
    pub(crate) client: ClientFingerprint,
    pub(crate) name: &'a str,
    pub(crate) tokens: ApplicationTokens,
    pub(crate) approval: &'a Approval,
    pub(crate) expires_at: Timestamp,
    pub(crate) refreshable: bool,
    /// What it was exchanged from, if it was.
    pub(crate) derived_from: Vec<FamilyId>,
    pub(crate) origin: &'a Origin,
}

/// A token of an issuer outside that must not be exchanged again.
pub(crate) struct UsedAssertion<'a> {
    /// What no other token has.
    pub(crate) digest: &'a str,
    /// Until when it could be presented again.
    pub(crate) until: Timestamp,
}

#[derive(Serialize)]
struct Used {
    used_at: Timestamp,
}

impl Family {
    /// A new family of an application with its first tokens.
    pub(crate) fn begin_for_application(
        grant: ApplicationGrant<'_>,
        (now, random): (Timestamp, &Random),
    ) -> (Self, NewTokens) {
        let refresh = grant.refreshable.then(|| Token::generate(random));
        let family = Self {
            id: FamilyId::generate(random),
            user: grant.approval.user.clone(),
            client: grant.client,
            unverified_client_name: grant.name.to_owned(),
            scopes: Vec::new(),
            authenticated_at: grant.approval.authenticated_at,
            created_at: now,
            expires_at: grant.expires_at,
            address: Some(grant.origin.address.clone()),
            user_agent: grant.origin.user_agent.clone(),
            application: Some(grant.tokens),
            session: grant.approval.session.clone(),
            derived_from: grant.derived_from,
            refresh: refresh.as_ref().map(Token::hash),
            previous_refresh: None,
            rotated_at: None,
        };
        let tokens = family.next_tokens(refresh, (now, random));
        (family, tokens)
    }
}

impl Grants<'_> {
    /// Writes a new family that no code stands for. `AlreadyExists` when the token it was exchanged for was used before.
    pub(crate) async fn create_family(
        self,
        (family, tokens): (&Family, &NewTokens),
        used: Option<UsedAssertion<'_>>,
        record: &Record,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        if let Some(used) = used {
            let mark = Used {
                used_at: family.created_at,
            };
            let key = format!("ASSERTION#{}", used.digest);
            let item = self.item((&key, USED), (&mark, used.until))?;
            let put = self
                .table
                .transact_put(item)
                .condition_expression("attribute_not_exists(pk)")
                .build();
            transaction.add(put, Unmet::AlreadyExists("the use of the assertion"))?;
        }
        self.add_family(&mut transaction, (family, tokens))?;
        self.commit(transaction, record).await
    }
}
