//! Applications: one item each with everything about it, and a second one for those that need no assignment, so that a
//! page of what is open to everybody is one read.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Access, ClientToken};
use crate::ids::ApplicationId;
use crate::store::directory::Recorded;
use crate::store::transaction::Unmet;
use crate::store::{Error, Item, Page, PageToken, Transaction, table};

pub(super) const HEAD: &str = "APPLICATION";
const LISTING: &str = "APPLICATIONS";
const OPEN: &str = "OPENAPPLICATIONS";

/// An application that uses the identities of the instance. Everything in it is bounded, so that it stays one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// Never used again.
    pub id: ApplicationId,
    /// What the administrator calls it; not unique.
    pub name: String,
    /// What the administrator says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The ARN of the kind of application.
    pub provider_arn: String,
    /// Whether anybody may use it.
    pub status: ApplicationStatus,
    /// How it shows in the portal.
    pub portal: PortalOptions,
    /// Whether only those may use it to whom it is assigned.
    pub assignment_required: bool,
    /// Which access scopes its tokens may have, each with the ARNs of the instances and applications that a token may be
    /// exchanged for; none means that it may be exchanged for none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub access_scopes: BTreeMap<String, Vec<String>>,
    /// How programs prove that they are the application, by IAM: whose requests count as its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iam_authentication: Option<IamAuthentication>,
    /// How it may come by tokens.
    #[serde(default)]
    pub grants: Grants,
    /// Whether what it does for a user goes on when the user's session ends; `None` while nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_background_sessions: Option<ApplicationStatus>,
    /// The tags of the application itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// The region that it was created in.
    pub created_from: String,
    /// Counts every change, from 1; for optimistic locking.
    pub revision: u64,
}

/// Whether something of an application is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ApplicationStatus {
    /// On.
    Enabled,
    /// Off.
    Disabled,
}

/// How an application shows in the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalOptions {
    /// Whether it shows at all.
    pub visibility: ApplicationStatus,
    /// Where a person who opens it is led; `None` while nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignInOptions>,
}

/// Where a person who opens an application in the portal is led.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInOptions {
    /// Who begins the sign-in.
    pub origin: SignInOrigin,
    /// The address that the application begins it at; there always is one if the application does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_url: Option<String>,
}

/// Who begins the sign-in to an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SignInOrigin {
    /// Vestibule, by SAML.
    IdentityCenter,
    /// The application.
    Application,
}

/// Whose signed requests count as those of the application.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IamAuthentication {
    /// A policy document, kept as text: DynamoDB has other numbers than JSON, and nests less deep.
    #[serde(with = "json_text")]
    pub actor_policy: Value,
}

/// How an application may come by tokens; what is `None` it may not use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grants {
    /// `authorization_code`, RFC 6749 §4.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_code: Option<AuthorizationCodeGrant>,
    /// `urn:ietf:params:oauth:grant-type:jwt-bearer`, RFC 7523 §2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwt_bearer: Option<JwtBearerGrant>,
    /// `refresh_token`, RFC 6749 §6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<RefreshTokenGrant>,
    /// `urn:ietf:params:oauth:grant-type:token-exchange`, RFC 8693.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_exchange: Option<TokenExchangeGrant>,
}

/// The authorization code grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationCodeGrant {
    /// Where codes may be sent, compared exactly; at least one.
    pub redirect_uris: Vec<String>,
}

/// The grant by a token of a trusted issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtBearerGrant {
    /// Whose tokens count; at least one, each issuer once.
    pub authorized_token_issuers: Vec<AuthorizedTokenIssuer>,
}

/// A trusted token issuer, as far as one application trusts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizedTokenIssuer {
    /// The trusted token issuer.
    pub trusted_token_issuer_arn: String,
    /// Whom its tokens must be for: any of these; at least one.
    pub authorized_audiences: Vec<String>,
}

/// The refresh token grant; nothing about it can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshTokenGrant {}

/// The token exchange grant; nothing about it can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenExchangeGrant {}

#[derive(Serialize, Deserialize)]
struct Open {
    application: ApplicationId,
}

impl Application {
    /// Whether anybody may use it at all.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.status == ApplicationStatus::Enabled
    }

    /// Whether everybody may open it in the portal: it is in the list of [`Access::open_applications`].
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.assignment_required
            && self.is_enabled()
            && self.portal.visibility == ApplicationStatus::Enabled
    }
}

impl Access {
    /// Creates an application. `Conflict` when another call with the same client token came first.
    pub async fn create_application(
        &self,
        application: &Application,
        token: Option<&ClientToken>,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self
            .table
            .transact_put(self.application_item(application)?)
            .condition_expression("attribute_not_exists(pk)")
            .build();
        transaction.add(put, Unmet::AlreadyExists("the application"))?;
        self.write_open(&mut transaction, (None, Some(application)))?;
        if let Some(token) = token {
            let made = (token, application.id.as_str());
            self.use_client_token(&mut transaction, made, application.created_at)?;
        }
        recorded.commit(transaction).await
    }

    /// Finds an application, whatever its status.
    pub async fn find_application(&self, id: &ApplicationId) -> Result<Option<Application>, Error> {
        self.table.find(&key(id), HEAD).await
    }

    /// Those of `ids` that are there, however many.
    pub async fn find_applications(
        &self,
        ids: &[ApplicationId],
    ) -> Result<Vec<Application>, Error> {
        let keys: Vec<_> = ids.iter().map(|id| (key(id), HEAD.to_owned())).collect();
        self.table.find_many(&keys).await
    }

    /// Changes an application unless somebody else did in between. The caller has raised `after.revision`.
    pub async fn replace_application(
        &self,
        (before, after): (&Application, &Application),
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let put = self.table.transact_put(self.application_item(after)?);
        transaction.add(
            unchanged(put, before).build(),
            Unmet::Conflict("the application"),
        )?;
        self.write_open(&mut transaction, (Some(before), Some(after)))?;
        recorded.commit(transaction).await
    }

    /// Deletes an application that is still as it was read. Its assignments mean nothing from now on, because everything
    /// reads the application itself, and are forgotten by [`Access::forget_application_assignments`].
    pub async fn delete_application(
        &self,
        application: &Application,
        recorded: Recorded<'_>,
    ) -> Result<(), Error> {
        let mut transaction = Transaction::new();
        let delete = self
            .table
            .transact_delete(&key(&application.id), HEAD)
            .condition_expression("revision = :revision")
            .expression_attribute_values(":revision", revision(application))
            .build();
        transaction.add(delete, Unmet::Conflict("the application"))?;
        self.write_open(&mut transaction, (Some(application), None))?;
        recorded.commit(transaction).await
    }

    /// One page of all applications, in an order that no change of them alters.
    pub async fn list_applications(
        &self,
        limit: i32,
        from: Option<&PageToken>,
    ) -> Result<Page<Application>, Error> {
        let page = self.table.listing(LISTING, limit, from).await?;
        self.read_page(page)
    }

    /// Which applications everybody may open in the portal. Whether one still is such, it says itself.
    pub async fn open_applications(&self) -> Result<Vec<ApplicationId>, Error> {
        let items = self.table.partition(OPEN, "").await?;
        let open = items.into_iter().map(|item| {
            let open: Open = self.table.read(item)?;
            Ok(open.application)
        });
        open.collect()
    }

    fn application_item(&self, application: &Application) -> Result<Item, Error> {
        let mut item = self.table.item(&key(&application.id), HEAD, application)?;
        table::list_under(&mut item, LISTING, application.id.as_str());
        Ok(item)
    }

    /// Keeps the list of those that are open to everybody, where a change makes a difference to it.
    fn write_open(
        &self,
        transaction: &mut Transaction,
        (before, after): (Option<&Application>, Option<&Application>),
    ) -> Result<(), Error> {
        let before = before.filter(|before| before.is_open());
        let after = after.filter(|after| after.is_open());
        match (before, after) {
            (None, Some(application)) => {
                let id = &application.id;
                let open = Open {
                    application: id.clone(),
                };
                let item = self.table.item(OPEN, &key(id), &open)?;
                transaction.add(
                    self.table.transact_put(item).build(),
                    Unmet::Conflict("the application"),
                )
            }
            (Some(application), None) => transaction.add(
                self.table
                    .transact_delete(OPEN, &key(&application.id))
                    .build(),
                Unmet::Conflict("the application"),
            ),
            _ => Ok(()),
        }
    }
}

/// A put that holds only while nobody has changed the application.
fn unchanged(put: PutBuilder, before: &Application) -> PutBuilder {
    put.condition_expression("revision = :revision")
        .expression_attribute_values(":revision", revision(before))
}

fn revision(application: &Application) -> AttributeValue {
    AttributeValue::N(application.revision.to_string())
}

pub(super) fn key(id: &ApplicationId) -> String {
    format!("APPLICATION#{id}")
}

/// A JSON value as the text of one attribute.
mod json_text {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::Value;

    pub(super) fn serialize<S: Serializer>(
        value: &Value,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(value).map_err(S::Error::custom)?;
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Value, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map_err(D::Error::custom)
    }
}
