//! Assignments: two base items, by principal and by place, written together. `pending` until their request has
//! SUCCEEDED, `deleting` from the moment their removal is asked for; only `active` ones let anybody in.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, Lease, Provisioned, Request, Work, accounts, permission_sets, provisioned};
use crate::ids::{AccountId, PermissionSetId, Principal, RequestId};
use crate::store::directory::Recorded;
use crate::store::transaction::{Unmet, Write};
use crate::store::{Error, Page, PageToken, Transaction, table};

/// How many principals may have one permission set in one account. Whoever provisions it reads all of them.
const MOST_AT_A_PLACE: i32 = 1000;

/// A permission set in an account: what can be assigned, and what becomes one role.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The account.
    pub account: AccountId,
    /// The permission set.
    pub permission_set: PermissionSetId,
}

/// Who may enter where, as which permission set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Who.
    pub principal: Principal,
    /// Where and as what.
    #[serde(flatten)]
    pub place: Place,
    /// Whether it counts yet, or still.
    pub state: AssignmentState,
    /// Why it is there: `direct`, or the ids of rules. Gone when the last source is.
    pub sources: BTreeSet<String>,
    /// The request that last changed its state.
    pub request: RequestId,
    /// When it was first asked for.
    pub created_at: Timestamp,
}

/// The state of an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AssignmentState {
    /// Asked for; the role is not known to be there.
    Pending,
    /// Lets its principal in.
    Active,
    /// Lets nobody in any more; the role is perhaps still there.
    Deleting,
}

impl AssignmentState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Deleting => "deleting",
        }
    }
}

/// A change of an assignment: what it was, what it is to be, and how that is followed.
pub struct AssignmentChange<'a> {
    /// The assignment as it was read; `None` when there was none.
    pub before: Option<&'a Assignment>,
    /// The assignment as it is to be.
    pub after: &'a Assignment,
    /// The request under which the outcome is asked for.
    pub request: &'a Request,
    /// The work that the provisioner has to do.
    pub work: &'a Work,
}

impl Access {
    /// Finds an assignment, whatever its state.
    pub async fn find_assignment(
        &self,
        principal: &Principal,
        place: &Place,
    ) -> Result<Option<Assignment>, Error> {
        self.table
            .find(&principal.key(), &by_principal(place))
            .await
    }

    /// The assignments of any of `principals` at `place`, whatever their state: batches in parallel.
    pub async fn find_assignments(
        &self,
        principals: &[Principal],
        place: &Place,
    ) -> Result<Vec<Assignment>, Error> {
        let keys: Vec<_> = principals
            .iter()
            .map(|principal| (principal.key(), by_principal(place)))
            .collect();
        self.table.find_many(&keys).await
    }

    /// All assignments of a principal, in one account if it is given, strongly consistent.
    pub async fn assignments_of(
        &self,
        principal: &Principal,
        account: Option<&AccountId>,
    ) -> Result<Vec<Assignment>, Error> {
        let prefix = prefix(account);
        let items = self.table.partition(&principal.key(), &prefix).await?;
        items
            .into_iter()
            .map(|item| self.table.read(item))
            .collect()
    }

    /// One page of a principal's assignments, in one account if it is given, strongly consistent.
    pub async fn list_assignments_of(
        &self,
        (principal, account): (&Principal, Option<&AccountId>),
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Assignment>, Error> {
        let page = self
            .table
            .page(&principal.key(), &prefix(account), limit, from)
            .await?;
        self.read_page(page)
    }

    /// Whether there are as many assignments at `place` as there may be, whatever their state. Of some that are made at the same
    /// time more may come through.
    pub async fn is_full(&self, place: &Place) -> Result<bool, Error> {
        let count = self.table.count(&by_place(place), MOST_AT_A_PLACE).await?;
        Ok(count >= MOST_AT_A_PLACE)
    }

    /// All assignments at `place`, whatever their state, strongly consistent: what provisioning decides on.
    pub async fn assignments_at(&self, place: &Place) -> Result<Vec<Assignment>, Error> {
        let items = self.table.partition(&by_place(place), "").await?;
        items
            .into_iter()
            .map(|item| self.table.read(item))
            .collect()
    }

    /// One page of the assignments at `place`, strongly consistent.
    pub async fn list_assignments_at(
        &self,
        place: &Place,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Assignment>, Error> {
        let page = self.table.page(&by_place(place), "", limit, from).await?;
        self.read_page(page)
    }

    /// Changes an assignment to `pending` (or leaves it as it is) and writes the request and the work, if the permission set
    /// may be assigned, the account is known, and `principal`, which is [`Directory::check_principal`]'s condition on whom
    /// the assignment is for, holds. `Conflict` when the assignment is no longer what it was, or the permission set is not
    /// or no longer to be assigned.
    ///
    /// [`Directory::check_principal`]: crate::store::directory::Directory::check_principal
    pub async fn request_assignment(
        &self,
        change: AssignmentChange<'_>,
        principal: Write,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let place = &change.after.place;
        let mut transaction = Transaction::new();
        transaction.add(Ok::<_, Error>(principal), Unmet::NotFound("the principal"))?;
        let assignable = self
            .table
            .transact_check(
                &permission_sets::key(&place.permission_set),
                permission_sets::HEAD,
            )
            .condition_expression("#state = :active")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", AttributeValue::S("active".to_owned()))
            .build();
        transaction.add(assignable, Unmet::Conflict("the permission set"))?;
        let known = self
            .table
            .transact_check(&accounts::key(&place.account), "ACCOUNT")
            .condition_expression("attribute_exists(pk)")
            .build();
        transaction.add(known, Unmet::NotFound("the account"))?;
        // Counts demands, so that tidying up after the last removal notices a new assignment.
        let (pk, sk) = provisioned::keys(place);
        let demand = self
            .table
            .transact_update(&pk, &sk)
            .update_expression(
                "SET #account = :account, permission_set = :set, listing_pk = :listing, listing_sk = :set \
                 ADD demand :one",
            )
            .expression_attribute_names("#account", "account")
            .expression_attribute_values(":account", string(place.account.as_str()))
            .expression_attribute_values(":set", string(place.permission_set.as_str()))
            .expression_attribute_values(":listing", AttributeValue::S(provisioned::listing(&place.account)))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .build();
        transaction.add(demand, Unmet::Conflict("the assignment"))?;
        self.write_change(&mut transaction, &change)?;
        recorded.commit(transaction).await
    }

    /// Makes an assignment inactive, at once, and writes the request and the work. `Conflict` when the assignment is no
    /// longer what it was.
    pub async fn request_removal(
        &self,
        change: AssignmentChange<'_>,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.write_change(&mut transaction, &change)?;
        recorded.commit(transaction).await
    }

    fn write_change(
        &self,
        transaction: &mut Transaction,
        change: &AssignmentChange<'_>,
    ) -> Result<(), Error> {
        for item in self.both_items(change.after)? {
            let put = self.table.transact_put(item);
            let put = match change.before {
                None => put.condition_expression("attribute_not_exists(pk)"),
                Some(before) => put
                    .condition_expression(SAME)
                    .expression_attribute_names("#state", "state")
                    .expression_attribute_names("#request", "request")
                    .expression_attribute_values(":state", string(before.state.as_str()))
                    .expression_attribute_values(":request", string(before.request.as_str())),
            };
            transaction.add(put.build(), Unmet::Conflict("the assignment"))?;
        }
        self.write_request(transaction, change.request)?;
        self.write_work(transaction, change.work)
    }

    /// Lets an assignment that was `pending` count, while `lease` holds, and ends the work that it waited for: its request counts
    /// it as done, so that nobody is let in whose request can still fail. `Conflict` when lease or assignment have changed.
    pub async fn activate_assignment(
        &self,
        (lease, work): (&Lease, &Work),
        assignment: &Assignment,
    ) -> Result<(), Error> {
        let active = Assignment {
            state: AssignmentState::Active,
            ..assignment.clone()
        };
        let mut transaction = Transaction::new();
        self.check_lease(&mut transaction, lease)?;
        for item in self.both_items(&active)? {
            let put = self
                .table
                .transact_put(item)
                .condition_expression(SAME)
                .expression_attribute_names("#state", "state")
                .expression_attribute_names("#request", "request")
                .expression_attribute_values(":state", string(assignment.state.as_str()))
                .expression_attribute_values(":request", string(assignment.request.as_str()))
                .build();
            transaction.add(put, Unmet::Conflict("the assignment"))?;
        }
        self.write_outcome(&mut transaction, work, None)?;
        transaction.commit(self.table.client()).await
    }

    /// Removes an assignment that is still as it was read, while `lease` holds. `Conflict` when either has changed.
    pub async fn remove_assignment(
        &self,
        lease: &Lease,
        assignment: &Assignment,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.check_lease(&mut transaction, lease)?;
        self.write_removal(&mut transaction, assignment)?;
        transaction.commit(self.table.client()).await
    }

    /// Ends a creation that cannot be done, while `lease` holds: its `pending` assignment and its work go, its request
    /// counts it as failed, and the place is forgotten if `forget` says so. `Conflict` when the assignment is no longer as
    /// it was read, or the place was asked for again.
    pub async fn fail_assignment(
        &self,
        (lease, work): (&Lease, &Work),
        assignment: &Assignment,
        failure: &str,
        forget: Option<&Provisioned>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        self.check_lease(&mut transaction, lease)?;
        self.write_removal(&mut transaction, assignment)?;
        self.write_outcome(&mut transaction, work, Some(failure))?;
        if let Some(provisioned) = forget {
            self.write_forgotten(&mut transaction, provisioned)?;
        }
        transaction.commit(self.table.client()).await
    }

    fn write_removal(
        &self,
        transaction: &mut Transaction,
        assignment: &Assignment,
    ) -> Result<(), Error> {
        let place = &assignment.place;
        for (pk, sk) in [
            (assignment.principal.key(), by_principal(place)),
            (by_place(place), assignment.principal.key()),
        ] {
            let delete = self
                .table
                .transact_delete(&pk, &sk)
                .condition_expression(SAME)
                .expression_attribute_names("#state", "state")
                .expression_attribute_names("#request", "request")
                .expression_attribute_values(":state", string(assignment.state.as_str()))
                .expression_attribute_values(":request", string(assignment.request.as_str()))
                .build();
            transaction.add(delete, Unmet::Conflict("the assignment"))?;
        }
        Ok(())
    }

    fn both_items(&self, assignment: &Assignment) -> Result<[table::Item; 2], Error> {
        let place = &assignment.place;
        let principal = assignment.principal.key();
        Ok([
            self.table
                .item(&principal, &by_principal(place), assignment)?,
            self.table.item(&by_place(place), &principal, assignment)?,
        ])
    }
}

/// Holds while nobody has changed the assignment.
const SAME: &str = "#state = :state AND #request = :request";

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn by_principal(place: &Place) -> String {
    format!("ACCOUNT#{}#{}", place.account, place.permission_set)
}

fn by_place(place: &Place) -> String {
    format!("PROVISIONED#{}#{}", place.account, place.permission_set)
}

fn prefix(account: Option<&AccountId>) -> String {
    account.map_or_else(
        || "ACCOUNT#".to_owned(),
        |account| format!("ACCOUNT#{account}#"),
    )
}
