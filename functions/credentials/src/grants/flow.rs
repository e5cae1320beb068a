//! A request for consent: between the moment a program sends somebody here and the moment they decide. Its id in a URL is
//! not enough: it counts only in the browser that it began in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_shared::store::audit::Record;
use vestibule_shared::store::transaction::Unmet;
use vestibule_shared::store::{Error, Transaction};
use vestibule_shared::token::TokenHash;

use super::{Approval, AuthorizationCode, Device, Grants};
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::{ClientFingerprint, Scope, UserCode};

const FLOW: &str = "FLOW";

/// A request for consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flow {
    /// The hash of the token in the browser's own cookie.
    pub(crate) browser: TokenHash,
    pub(crate) client: ClientFingerprint,
    pub(crate) unverified_client_name: String,
    /// The address that the program asked from.
    pub(crate) address: String,
    /// When the program asked.
    pub(crate) since: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) asked: Asked,
}

/// What a program asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// An authorization code.
    Code {
        redirect_uri: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<String>,
        code_challenge: CodeChallenge,
        scopes: Vec<Scope>,
    },
    /// That a device is let in.
    Device {
        device: TokenHash,
        user_code: UserCode,
    },
}

/// What a person decided, and what is written for it.
pub(crate) enum Decision<'a> {
    /// A program gets this code.
    Code(&'a TokenHash, &'a AuthorizationCode),
    /// A program does not get a code.
    NoCode,
    /// A device is let in by this approval, or turned away.
    Device((&'a TokenHash, &'a Device), Option<&'a Approval>),
}

impl Grants<'_> {
    pub(crate) async fn create_flow(self, hash: &TokenHash, flow: &Flow) -> Result<(), Error> {
        let item = self.item((&key(hash), FLOW), (flow, flow.expires_at))?;
        self.table.create(item, "the flow").await
    }

    /// Finds a flow that has not expired.
    pub(crate) async fn find_flow(
        self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Flow>, Error> {
        let flow: Option<Flow> = self.table.find(&key(hash), FLOW).await?;
        Ok(flow.filter(|flow| now < flow.expires_at))
    }

    /// Takes the flow away and writes what was decided. `Conflict` when it was decided already.
    pub(crate) async fn decide(
        self,
        hash: &TokenHash,
        decision: Decision<'_>,
        record: &Record,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let delete = self
            .table
            .transact_delete(&key(hash), FLOW)
            .condition_expression("attribute_exists(pk)")
            .build();
        transaction.add(delete, Unmet::Conflict("the flow"))?;
        match decision {
            Decision::Code(code_hash, code) => {
                self.add_code(&mut transaction, (code_hash, code))?;
            }
            Decision::NoCode => {}
            Decision::Device(device, approval) => {
                self.add_decision(&mut transaction, device, approval)?;
            }
        }
        self.commit(transaction, record).await
    }
}

fn key(hash: &TokenHash) -> String {
    format!("GRANTFLOW#{}", hash.as_str())
}
