//! Assignments of applications: two base items, by principal and by application, written together. They count as soon as
//! they are there, because nothing has to be made anywhere.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, Assignment, applications};
use crate::ids::{ApplicationId, Principal};
use crate::store::directory::Recorded;
use crate::store::table::futures_join;
use crate::store::transaction::{Unmet, Write};
use crate::store::{Error, Item, Page, PageToken, Transaction, table};

const PREFIX: &str = "APPLICATION#";

/// Who may use which application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationAssignment {
    /// Who.
    pub principal: Principal,
    /// What.
    pub application: ApplicationId,
    /// When it was assigned.
    pub created_at: Timestamp,
}

impl Access {
    /// Assigns an application, if it is there, and `principal`, which is [`Directory::check_principal`]'s condition on whom
    /// the assignment is for, holds. `AlreadyExists` when it is assigned already.
    ///
    /// [`Directory::check_principal`]: crate::store::directory::Directory::check_principal
    pub async fn create_application_assignment(
        &self,
        assignment: &ApplicationAssignment,
        principal: Write,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        transaction.add(Ok::<_, Error>(principal), Unmet::NotFound("the principal"))?;
        let known = self
            .table
            .transact_check(
                &applications::key(&assignment.application),
                applications::HEAD,
            )
            .condition_expression("attribute_exists(pk)")
            .build();
        transaction.add(known, Unmet::NotFound("the application"))?;
        for item in self.application_items(assignment)? {
            let put = self
                .table
                .transact_put(item)
                .condition_expression("attribute_not_exists(pk)")
                .build();
            transaction.add(put, Unmet::AlreadyExists("the assignment"))?;
        }
        recorded.commit(transaction).await
    }

    /// Takes an assignment away. `NotFound` when there is none.
    pub async fn delete_application_assignment(
        &self,
        (principal, application): (&Principal, &ApplicationId),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        for (pk, sk) in keys(principal, application) {
            let delete = self
                .table
                .transact_delete(&pk, &sk)
                .condition_expression("attribute_exists(pk)")
                .build();
            transaction.add(delete, Unmet::NotFound("the assignment"))?;
        }
        recorded.commit(transaction).await
    }

    /// Finds the assignment of an application to a principal itself.
    pub async fn find_application_assignment(
        &self,
        principal: &Principal,
        application: &ApplicationId,
    ) -> Result<Option<ApplicationAssignment>, Error> {
        let [(pk, sk), _] = keys(principal, application);
        self.table.find(&pk, &sk).await
    }

    /// The assignments of one application to any of `principals`: batches in parallel.
    pub async fn find_application_assignments(
        &self,
        principals: &[Principal],
        application: &ApplicationId,
    ) -> Result<Vec<ApplicationAssignment>, Error> {
        let keys: Vec<_> = principals
            .iter()
            .map(|principal| (principal.key(), applications::key(application)))
            .collect();
        self.table.find_many(&keys).await
    }

    /// Everything that is assigned to a principal, of accounts and of applications, in one strongly consistent read. Whether
    /// what is assigned still is, and an assignment of an account counts, they say themselves.
    pub async fn assigned_to(
        &self,
        principal: &Principal,
    ) -> Result<(Vec<Assignment>, Vec<ApplicationAssignment>), Error> {
        let (mut accounts, mut applications) = (Vec::new(), Vec::new());
        for item in self.table.partition(&principal.key(), "").await? {
            if table::text(&item, "sk").is_some_and(|key| key.starts_with(PREFIX)) {
                applications.push(self.table.read(item)?);
            } else {
                accounts.push(self.table.read(item)?);
            }
        }
        Ok((accounts, applications))
    }

    /// All assignments of applications to a principal, strongly consistent. Whether the application still is, it says itself.
    pub async fn application_assignments_of(
        &self,
        principal: &Principal,
    ) -> Result<Vec<ApplicationAssignment>, Error> {
        let items = self.table.partition(&principal.key(), PREFIX).await?;
        items
            .into_iter()
            .map(|item| self.table.read(item))
            .collect()
    }

    /// One page of the assignments of an application, strongly consistent. Whether the principal still is, the directory says.
    pub async fn list_application_assignments(
        &self,
        application: &ApplicationId,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<ApplicationAssignment>, Error> {
        let mut page = self
            .table
            .page(&applications::key(application), "", limit, from)
            .await?;
        // The application itself is in this partition too.
        let names_principal = |item: &Item| {
            table::text(item, "sk").is_some_and(|key| Principal::parse_key(key).is_ok())
        };
        page.items.retain(names_principal);
        self.read_page(page)
    }

    /// Removes what is left of the assignments of an application, or a principal, that is deleted. Nothing of it means
    /// anything any more, so it leaves no record, and may be interrupted and done again.
    pub async fn forget_application_assignments(
        &self,
        assignments: &[ApplicationAssignment],
    ) -> Result<(), Error> {
        let keys = assignments
            .iter()
            .flat_map(|assignment| keys(&assignment.principal, &assignment.application));
        let deletions = keys.map(async |(pk, sk)| self.table.delete(&pk, &sk).await);
        futures_join(deletions).await?;
        Ok(())
    }

    fn application_items(&self, assignment: &ApplicationAssignment) -> Result<[Item; 2], Error> {
        let [first, second] = keys(&assignment.principal, &assignment.application);
        Ok([
            self.table.item(&first.0, &first.1, assignment)?,
            self.table.item(&second.0, &second.1, assignment)?,
        ])
    }
}

fn keys(principal: &Principal, application: &ApplicationId) -> [(String, String); 2] {
    let (principal, application) = (principal.key(), applications::key(application));
    [
        (principal.clone(), application.clone()),
        (application, principal),
    ]
}
