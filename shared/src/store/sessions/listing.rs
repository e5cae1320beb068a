//! The sessions of a user, as a list. Each session's own item is listed in the index under its user, so that a session that
//! has ended is in no list, and whoever ends one deletes that item: using a session costs no further read.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Sessions;
use crate::ids::UserId;
use crate::store::directory::{Recorded, User};
use crate::store::transaction::Unmet;
use crate::store::{Error, Item, Page, PageToken, Transaction, table};

/// The attribute of a session's item that holds what a list shows of it.
const SUMMARY: &str = "summary";

/// What a list shows of a session. Nothing of it opens anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// Names the session in lists, and as `credentialId` in audit records.
    pub id: String,
    /// Whose session.
    pub kind: SessionKind,
    /// What the program calls itself, which nobody has verified, or the application's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// The address it began at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What the browser or program said that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// When the person signed in from whose session it came, or which it is.
    pub authenticated_at: Timestamp,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What holds a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionKind {
    /// A browser, at the portal.
    Portal,
    /// A program such as the AWS CLI.
    Program,
    /// An application that administrators know.
    Application,
}

/// Puts a session's item into the list of its user.
pub fn list_session(item: &mut Item, user: &UserId, summary: &SessionSummary) -> Result<(), Error> {
    table::list_under(item, &listing(user), &summary.id);
    let summary: Item = serde_dynamo::to_item(summary).map_err(Error::unavailable)?;
    item.insert(SUMMARY.to_owned(), AttributeValue::M(summary));
    Ok(())
}

impl Sessions {
    /// One page of the sessions of `user` that have not ended. Eventually consistent: one that began a moment ago may be
    /// missing. Those of a user who may not sign in are listed, since they hold again if the user may.
    pub async fn list_sessions(
        &self,
        (user, now): (&User, Timestamp),
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<SessionSummary>, Error> {
        let page = self.table.listing(&listing(&user.id), limit, from).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for mut item in page.items {
            if let Some(AttributeValue::M(summary)) = item.remove(SUMMARY) {
                items.push(self.table.read::<SessionSummary>(summary)?);
            }
        }
        items.retain(|session| {
            let ended = user.sessions_not_before;
            now < session.expires_at && ended.is_none_or(|ended| session.authenticated_at >= ended)
        });
        Ok(Page {
            items,
            next: page.next,
        })
    }

    /// Ends the session of `user` that lists call `id`: from now on nobody uses it. [`Error::NotFound`] if there is none.
    pub async fn end_listed(
        &self,
        (user, id): (&UserId, &str),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let missing = || Error::NotFound("the session");
        let item = self.find_listed(user, id).await?.ok_or_else(missing)?;
        let key = |name| table::text(&item, name).ok_or_else(missing);
        let delete = self
            .table
            .transact_delete(key("pk")?, key("sk")?)
            .condition_expression("attribute_exists(pk)")
            .build();
        let mut transaction = Transaction::new();
        transaction.add(delete, Unmet::NotFound("the session"))?;
        recorded.commit(transaction).await
    }

    async fn find_listed(&self, user: &UserId, id: &str) -> Result<Option<Item>, Error> {
        let answer = self
            .table
            .client()
            .query()
            .table_name(self.table.name())
            .index_name("listing")
            .limit(1)
            .key_condition_expression("listing_pk = :user AND listing_sk = :id")
            .expression_attribute_values(":user", AttributeValue::S(listing(user)))
            .expression_attribute_values(":id", AttributeValue::S(id.to_owned()))
            .send()
            .await
            .map_err(Error::unavailable)?;
        Ok(answer.items.unwrap_or_default().into_iter().next())
    }
}

fn listing(user: &UserId) -> String {
    format!("USERSESSION#{user}")
}
