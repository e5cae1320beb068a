//! Direct invocation: what only whoever may invoke the function itself can ask for, because IAM has decided on them.
//! That is how the first administrator comes in.

use lambda_runtime::Diagnostic;
use serde::Deserialize;
use serde_json::{Value, json};
use vestibule_shared::store::audit::{Actor, Origin, Record};
use vestibule_shared::store::keys::AccessKey;
use vestibule_shared::{arn, edge};

use crate::access_keys::key_status;
use crate::{Context, EnableRequest, Error, access_keys, enable, invite, router};

/// Who acts in records of direct invocations: the function learns no more of them than that IAM let them in.
pub(crate) const INVOKER: &str = "direct-invocation";

/// What the stack's parameters say, for what an invocation leaves open.
#[derive(Debug, Clone, Default)]
pub struct StackParameters {
    /// Under which origin the stack is reached, if it has a domain of its own.
    pub public_origin: Option<String>,
    /// The role in member accounts through which the first role there is made.
    pub bootstrap_role: Option<String>,
    /// Whether `CreateFirstAccessKey` makes a key although there is one.
    pub reopen_first_administrator: bool,
}

#[derive(Deserialize)]
#[serde(tag = "operation")]
enum Request {
    Enable(Enable),
    CreateFirstAccessKey {},
    ListAccessKeys {},
    #[serde(rename_all = "PascalCase")]
    DeactivateAccessKey {
        access_key_id: String,
    },
    #[serde(rename_all = "PascalCase")]
    Invite {
        user_name: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Enable {
    #[serde(default)]
    public_origin: Option<String>,
    #[serde(default)]
    bootstrap_role: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

impl Enable {
    fn or(self, parameters: &StackParameters) -> Result<EnableRequest, Error> {
        let origin = self
            .public_origin
            .or_else(|| parameters.public_origin.clone());
        let role = self.bootstrap_role;
        Ok(EnableRequest {
            public_origin: origin.ok_or_else(|| Error::validation("PublicOrigin is needed."))?,
            bootstrap_role: role.or_else(|| parameters.bootstrap_role.clone()),
            name: self.name,
        })
    }
}

/// Answers one invocation of the Lambda: an event of the HTTP API, or a direct one.
pub async fn invoke(
    context: &Context,
    parameters: &StackParameters,
    event: Value,
) -> Result<Value, Diagnostic> {
    if is_http(&event) {
        let answer = edge::answer(router(context.clone()), event).await;
        return answer.map_err(|_| diagnostic("ValidationException", "The event cannot be read."));
    }
    let request = serde_json::from_value(event).map_err(|_| {
        let said = "The event must be of the HTTP API, or name one of the operations Enable, CreateFirstAccessKey, ListAccessKeys, DeactivateAccessKey and Invite with its members.";
        diagnostic("ValidationException", said)
    })?;
    answer(context, parameters, request).await.map_err(|error| {
        let described = error.describe(None);
        if described.status.is_server_error() {
            edge::log_failure(&context.random.uuid().to_string(), &error);
        }
        diagnostic(described.code, &described.message)
    })
}

async fn answer(
    context: &Context,
    parameters: &StackParameters,
    request: Request,
) -> Result<Value, Error> {
    match request {
        Request::Enable(request) => {
            let instance = enable(context, request.or(parameters)?).await?;
            Ok(json!({
                "InstanceArn": arn::instance(&instance.id),
                "IdentityStoreId": instance.identity_store,
                "PortalUrl": instance.portal_url(),
            }))
        }
        Request::CreateFirstAccessKey {} => {
            let key = if parameters.reopen_first_administrator {
                access_keys::create_reopened(context).await?
            } else {
                access_keys::create_first_access_key(context).await?
            };
            Ok(json!({ "AccessKeyId": key.id, "SecretAccessKey": key.secret }))
        }
        Request::ListAccessKeys {} => {
            let keys = access_keys::list(context).await?;
            let keys: Vec<Value> = keys.iter().map(described).collect();
            Ok(json!({ "AccessKeys": keys }))
        }
        Request::DeactivateAccessKey { access_key_id } => {
            access_keys::deactivate(context, &access_key_id).await?;
            Ok(json!({ "AccessKeyId": access_key_id, "Status": key_status(false) }))
        }
        Request::Invite { user_name } => {
            let link = invite(context, &user_name, &Actor::System(INVOKER)).await?;
            Ok(json!({ "Link": link }))
        }
    }
}

/// An access key as IAM describes its own.
fn described(key: &AccessKey) -> Value {
    json!({
        "AccessKeyId": key.id,
        "Role": key.role,
        "Description": key.description,
        "Status": key_status(key.active),
        "CreateDate": key.created_at,
        "CreatedBy": key.created_by,
    })
}

fn is_http(event: &Value) -> bool {
    event.get("requestContext").is_some() && event["version"] == "2.0"
}

fn diagnostic(error_type: &str, error_message: &str) -> Diagnostic {
    Diagnostic {
        error_type: error_type.to_owned(),
        error_message: error_message.to_owned(),
    }
}

/// A record of something that whoever invoked the function directly does now.
pub(crate) fn record(context: &Context, event_name: &str) -> Record {
    let origin = Origin {
        address: INVOKER.to_owned(),
        user_agent: None,
    };
    Record::new(
        ("sso.amazonaws.com", event_name),
        &Actor::System(INVOKER),
        &origin,
        (context.clock.now(), &context.random),
    )
}
