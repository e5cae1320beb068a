//! The table `access`: the instance, accounts, permission sets, who may enter where, and work in progress.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `INSTANCE` | `SETTINGS` | the instance and its settings |
//! | `ACCOUNT#<id>` | `ACCOUNT` | an account of the organization |
//! | `PERMISSIONSET#<id>` | `PERMISSIONSET` | a permission set with its newest revision |
//! | `PERMISSIONSET#<id>` | `REVISION#<n>` | an immutable revision |
//! | `PERMISSIONSET#<id>` | `ACCOUNT#<account>` | what is provisioned there, and the revision pinned there |
//! | `CLAIM#PERMISSIONSETNAME#<name>` | `CLAIM` | which permission set has the name |
//! | `<USER or GROUP>#<id>` | `ACCOUNT#<account>#<set>` | an assignment, by principal |
//! | `PROVISIONED#<account>#<set>` | `<USER or GROUP>#<id>` | the same assignment, by place |
//! | `APPLICATION#<id>` | `APPLICATION` | an application with everything about it |
//! | `OPENAPPLICATIONS` | `APPLICATION#<id>` | an application that everybody may open in the portal |
//! | `<USER or GROUP>#<id>` | `APPLICATION#<id>` | an assignment of an application, by principal |
//! | `APPLICATION#<id>` | `<USER or GROUP>#<id>` | the same assignment, by application |
//! | `TOKENISSUER#<id>` | `TOKENISSUER` | a trusted token issuer |
//! | `TOKENISSUERS` | `COUNT` | how many of them there are |
//! | `CLAIM#TOKENISSUERNAME#<name>` | `CLAIM` | which of them has the name |
//! | `REQUEST#<id>` | `REQUEST` | a request whose outcome is asked for later |
//! | `REQUEST#<id>` | `COUNT#<shard>` | what is counted of a request that covers many accounts |
//! | `WORK#<account>` | `<request>#<set>` | work for the provisioner; its INSERT wakes it |
//! | `CLIENTTOKEN#<access key>#<operation>#<token>` | `CLIENTTOKEN` | what a creation with this token made |
//! | `LEASE#<account>` | `LEASE` | whose turn it is in an account |
//! | `DRIFT#<account>` | `<set>`, `PROVIDER` or `ACCOUNT` | what was found to differ from what is wanted |
//! | `DRIFTCHECK` | `CHECK` | how far the check for that is |
//! | `DRIFTCHECK` | `ALL` or `ACCOUNT#<account>` | what is to be looked at out of its turn |

mod accounts;
mod application_assignments;
mod applications;
mod assignments;
mod client_tokens;
mod drift;
mod drift_checks;
mod expansions;
mod instance;
mod leases;
mod password_policy;
mod permission_sets;
mod provisioned;
mod requests;
mod revisions;
mod token_issuers;
mod work;

pub use accounts::{Account, AccountStatus};
pub use application_assignments::ApplicationAssignment;
pub use applications::{
    Application, ApplicationStatus, AuthorizationCodeGrant, AuthorizedTokenIssuer, Grants,
    IamAuthentication, JwtBearerGrant, PortalOptions, RefreshTokenGrant, SignInOptions,
    SignInOrigin, TokenExchangeGrant,
};
pub use assignments::{Assignment, AssignmentChange, AssignmentState, Place};
pub use client_tokens::{ClientToken, Earlier};
pub use drift::{Difference, DifferenceCode, Drift, DriftChanges, DriftSubject};
pub use drift_checks::{CompletedDriftRound, DriftCheck, DriftRequest, DriftRound};
pub use expansions::Expansion;
pub use instance::Instance;
pub use leases::Lease;
pub use password_policy::PasswordPolicy;
pub use permission_sets::{
    Content, CustomerManagedPolicy, PermissionSet, PermissionSetState, PermissionsBoundary,
};
pub use provisioned::Provisioned;
pub use requests::{Request, RequestKind, RequestStatus};
pub use token_issuers::{MOST_TOKEN_ISSUERS, TokenIssuer, UserAttribute};
pub use work::{Task, Work};

use std::error::Error as _;

use super::{Error, Item, Page, Table, table};

/// The access table of an instance.
#[derive(Debug, Clone)]
pub struct Access {
    table: Table,
}

impl Access {
    /// What is kept in `table`.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    fn read_page<T: serde::de::DeserializeOwned>(
        &self,
        page: Page<Item>,
    ) -> Result<Page<T>, Error> {
        let next = page.next;
        let items = page
            .items
            .into_iter()
            .map(|item| self.table.read(item))
            .collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }

    /// What can be read of a page of what is to be done for everybody: an item that cannot be read is logged and left out, so
    /// that it holds up nobody else's. Not for lists that something is decided on.
    fn read_readable<T: serde::de::DeserializeOwned>(&self, page: Page<Item>) -> Page<T> {
        let readable = page.items.into_iter().filter_map(|item| {
            let keys = (table::text(&item, "pk"), table::text(&item, "sk"));
            let keys = format!("{keys:?}");
            let read = self.table.read(item).inspect_err(|error| {
                let cause = error.source().map(tracing::field::display);
                tracing::error!(keys, %error, cause, "an item is left out");
            });
            read.ok()
        });
        Page {
            items: readable.collect(),
            next: page.next,
        }
    }
}
