//! Every function over the embedded tables, behind the routes that the template gives it: what the HTTP API and Lambda
//! do on AWS.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::SdkConfig;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};
use tower::ServiceExt;
use vestibule_admin as admin;
use vestibule_credentials as credentials;
use vestibule_portal as portal;
use vestibule_provision as provision;
use vestibule_saml as saml;
use vestibule_shared::ids::AccountId;
use vestibule_shared::saml::ServiceProvider;
use vestibule_shared::store::access::Access;
use vestibule_shared::store::audit::Audit;
use vestibule_shared::store::directory::Directory;
use vestibule_shared::store::keys::Keys;
use vestibule_shared::store::sessions::Sessions;
use vestibule_shared::store::{self, Table};
use vestibule_shared::{Clock, Random, edge};
use vestibule_tables::{Engine, EnvironmentValue, FunctionDefinition, TableNames, Template};

use crate::keys::LocalKeys;
use crate::problem::Problem;

/// How long audit records are kept, in days: the template's default.
pub const AUDIT_RETENTION_DAYS: u32 = 400;

/// Everything that the functions' contexts are made of.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The tables.
    pub engine: Engine,
    /// What they are called.
    pub names: TableNames,
    /// What the functions are, and may do.
    pub template: &'static Template,
    /// The instance's keys.
    pub keys: LocalKeys,
    /// How AWS is reached.
    pub aws: SdkConfig,
    /// The organization's management account.
    pub management_account: AccountId,
    /// The region that the instance is in.
    pub region: String,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
}

/// Every function, ready to be called.
#[derive(Debug, Clone)]
pub struct Functions {
    template: &'static Template,
    routers: BTreeMap<&'static str, Router>,
    /// The admin function's context: what direct invocation may do is called on it.
    pub admin: admin::Context,
    /// The provisioning function's context.
    pub provision: provision::Context,
}

impl Functions {
    /// Every function over `ground`. Each reaches the tables as its role in the template allows, and no further.
    pub fn new(ground: &Ground) -> Result<Self, Problem> {
        let admin = admin(ground)?;
        let provision = provision(ground)?;
        let routers = BTreeMap::from([
            ("portal", portal::router(portal(ground)?)),
            ("saml", saml::router(saml(ground)?)),
            ("credentials", credentials::router(credentials(ground)?)),
            ("admin", admin::router(admin.clone())),
        ]);
        Ok(Self {
            template: ground.template,
            routers,
            admin,
            provision,
        })
    }

    /// The HTTP API: a request goes to the function whose route in the template fits it closest.
    pub fn router(&self) -> Router {
        let functions = Arc::new(self.clone());
        edge::bounded(Router::new().fallback(route)).with_state(functions)
    }

    /// The router of a function that has routes.
    #[must_use]
    pub fn router_of(&self, binary: &str) -> Option<&Router> {
        self.routers.get(binary)
    }

    /// What the function called `name` answers to an event, as its Lambda does.
    pub async fn invoke(&self, name: &str, event: Value) -> Result<Value, Problem> {
        match name {
            "admin" => admin::invoke(&self.admin, &admin::StackParameters::default(), event)
                .await
                .map_err(|refused| Problem::new(refused.error_message).remedy(refused.error_type)),
            "provision" => {
                let event = serde_json::from_value(event)
                    .map_err(Problem::because("the event is none of provision's"))?;
                let answer = provision::handle(&self.provision, event).await;
                let answer = answer.map_err(Problem::because("the work could not be done"))?;
                serde_json::to_value(answer).map_err(Problem::because("no answer"))
            }
            name => {
                let router = self.router_of(name).ok_or_else(|| {
                    let known = self.template.functions.iter();
                    let known: Vec<&str> = known.map(|function| function.binary.as_str()).collect();
                    Problem::new(format!("there is no function `{name}`"))
                        .remedy(format!("There are: {}", known.join(", ")))
                })?;
                let answer = edge::answer(router.clone(), event).await;
                answer.map_err(Problem::because("the event is none of an HTTP API"))
            }
        }
    }
}

async fn route(State(functions): State<Arc<Functions>>, request: Request<Body>) -> Response {
    let found = functions
        .template
        .route(request.method().as_str(), request.uri().path())
        .and_then(|(function, _)| functions.router_of(&function.binary));
    match found {
        Some(router) => router.clone().oneshot(request).await.into_response(),
        // As API Gateway answers.
        None => (
            StatusCode::NOT_FOUND,
            Json(json!({ "message": "Not Found" })),
        )
            .into_response(),
    }
}

/// What one function's environment leads it to.
struct Environment<'a> {
    ground: &'a Ground,
    function: &'a FunctionDefinition,
    client: aws_sdk_dynamodb::Client,
}

impl<'a> Environment<'a> {
    fn of(ground: &'a Ground, binary: &str) -> Result<Self, Problem> {
        let function = ground.template.function(binary);
        let function = function
            .ok_or_else(|| Problem::new(format!("the template has no function `{binary}`")))?;
        Ok(Self {
            ground,
            function,
            client: ground.engine.client_of(function, &ground.names),
        })
    }

    /// The table that a name in the function's environment stands for.
    fn table(&self, name: &str) -> Result<Table, Problem> {
        let table = match self.function.environment.get(name) {
            Some(EnvironmentValue::Reference(logical_id)) => self.ground.names.get(logical_id),
            _ => None,
        };
        let table = table.ok_or_else(|| {
            let function = &self.function.logical_id;
            Problem::new(format!("the template gives {function} no table as {name}"))
        })?;
        Ok(Table::new(self.client.clone(), table))
    }

    fn directory(&self) -> Result<Directory, Problem> {
        self.table("DIRECTORY_TABLE").map(Directory::new)
    }

    fn access(&self) -> Result<Access, Problem> {
        self.table("ACCESS_TABLE").map(Access::new)
    }

    fn sessions(&self) -> Result<Sessions, Problem> {
        self.table("SESSIONS_TABLE").map(Sessions::new)
    }

    fn keys(&self) -> Result<Keys, Problem> {
        self.table("KEYS_TABLE").map(Keys::new)
    }

    fn audit(&self) -> Result<Audit, Problem> {
        Ok(audit(self.ground, self.table("AUDIT_TABLE")?))
    }
}

fn audit(ground: &Ground, table: Table) -> Audit {
    let account = ground.management_account.clone();
    store::Audit::new(table, ground.region.clone(), account, AUDIT_RETENTION_DAYS)
}

fn portal(ground: &Ground) -> Result<portal::Context, Problem> {
    let environment = Environment::of(ground, "portal")?;
    Ok(portal::Context {
        directory: environment.directory()?,
        access: environment.access()?,
        sessions: environment.sessions()?,
        authenticators: portal::Authenticators::new(environment.table("AUTHENTICATORS_TABLE")?),
        audit: environment.audit()?,
        clock: ground.clock.clone(),
        random: ground.random.clone(),
    })
}

fn saml(ground: &Ground) -> Result<saml::Context, Problem> {
    let environment = Environment::of(ground, "saml")?;
    Ok(saml::Context {
        directory: environment.directory()?,
        access: environment.access()?,
        sessions: environment.sessions()?,
        keys: environment.keys()?,
        audit: environment.audit()?,
        signer: ground.keys.signer.clone(),
        clock: ground.clock.clone(),
        random: ground.random.clone(),
    })
}

fn credentials(ground: &Ground) -> Result<credentials::Context, Problem> {
    let environment = Environment::of(ground, "credentials")?;
    let sealer = ground.keys.sealer.clone();
    Ok(credentials::Context {
        directory: environment.directory()?,
        access: environment.access()?,
        sessions: environment.sessions()?,
        keys: environment.keys()?,
        registrations: credentials::Registrations::new(environment.keys()?, sealer.clone()),
        sealer,
        token_issuers: credentials::TokenIssuers::public(),
        audit: environment.audit()?,
        signer: ground.keys.signer.clone(),
        sts: credentials::sts_client(&ground.aws),
        service_provider: ServiceProvider::AWS,
        clock: ground.clock.clone(),
        random: ground.random.clone(),
    })
}

fn admin(ground: &Ground) -> Result<admin::Context, Problem> {
    let environment = Environment::of(ground, "admin")?;
    Ok(admin::Context {
        directory: environment.directory()?,
        access: environment.access()?,
        sessions: environment.sessions()?,
        keys: environment.keys()?,
        audit: environment.audit()?,
        sealer: ground.keys.sealer.clone(),
        signer: ground.keys.signer.clone(),
        organizations: aws_sdk_organizations::Client::new(&ground.aws),
        management_account: ground.management_account.clone(),
        region: ground.region.clone(),
        clock: ground.clock.clone(),
        random: ground.random.clone(),
    })
}

fn provision(ground: &Ground) -> Result<provision::Context, Problem> {
    let environment = Environment::of(ground, "provision")?;
    Ok(provision::Context {
        access: environment.access()?,
        keys: environment.keys()?,
        audit: environment.audit()?,
        aws: provision::Aws::new(&ground.aws),
        manage_management_account: false,
        clock: ground.clock.clone(),
        random: ground.random.clone(),
        pause: provision::Pause::system(),
    })
}

impl Ground {
    /// A table as the program itself sees it, past every role.
    pub fn table(&self, logical_id: &str) -> Result<Table, Problem> {
        let name = self.names.get(logical_id);
        let name =
            name.ok_or_else(|| Problem::new(format!("the template has no `{logical_id}`")))?;
        Ok(Table::new(self.engine.client(), name))
    }

    /// The audit table as the program itself sees it.
    pub fn audit(&self) -> Result<Audit, Problem> {
        Ok(audit(self, self.table("AuditTable")?))
    }
}
