//! What each function is asked first: something that it really answers, with what it reads for that.

use std::path::Path;

use serde_json::{Value, json};
use vestibule_admin::{Context, create_access_key};
use vestibule_shared::{Clock, Random};
use vestibule_tables::fixture::World;

use super::aws::Aws;
use crate::Result;
use crate::admin::signing::{Key, signed};

/// The first event of the function called `binary`; `None` where none is known.
pub(super) async fn first(binary: &str, aws: &Aws, world: &World) -> Result<Option<Value>> {
    Ok(Some(match binary {
        // The form to sign in with: one read.
        "portal" => read("portal", "sign-in-form")?,
        // The instance's metadata: two reads.
        "saml" => read("saml", "metadata")?,
        // A program that registers: reads, a data key opened, a secret opened, a signature.
        "credentials" => read("credentials", "register")?,
        // A list, asked for by an administrator: reads, a data key and a secret opened, a signature verified, and the input
        // held against the model.
        "admin" => list_permission_sets(aws, world).await?,
        // The schedule, which finds nothing left over: one read.
        "provision" => read("provision", "sweep")?,
        _ => return Ok(None),
    }))
}

/// A file of `events/`.
pub(super) fn read(binary: &str, name: &str) -> Result<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let path = root.join(binary).join(format!("{name}.json"));
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

async fn list_permission_sets(aws: &Aws, world: &World) -> Result<Value> {
    let context = Context {
        directory: world.directory.clone(),
        access: world.access.clone(),
        sessions: world.sessions.clone(),
        keys: world.keys.clone(),
        audit: world.audit.clone(),
        sealer: aws.sealer(),
        signer: aws.signer().clone(),
        organizations: aws_sdk_organizations::Client::new(&aws.config()),
        management_account: vestibule_shared::ids::AccountId::parse("999999999999")?,
        region: "us-east-1".to_owned(),
        clock: Clock::system(),
        random: Random::system(),
    };
    let key = create_access_key(&context, "bench").await;
    let key = key.map_err(|error| error.to_string())?;
    let key = Key {
        id: key.id,
        secret: key.secret,
    };
    let instance = world.access.find_instance().await?;
    let instance = instance.ok_or("there is no instance")?;
    let body = json!({ "InstanceArn": vestibule_shared::arn::instance(&instance.id) }).to_string();

    let mut event = read("admin", "list-instances-unsigned")?;
    let host = event.pointer("/headers/host").and_then(Value::as_str);
    let host = host.ok_or("the event names no host")?.to_owned();
    let target = "SWBExternalService.ListPermissionSets";
    let headers = signed(&key, ("sso", &host, target), &body, Clock::system().now())?;
    if let Some(members) = event.get_mut("headers").and_then(Value::as_object_mut) {
        members.insert("x-amz-target".to_owned(), target.into());
        for (name, value) in headers {
            members.insert(name, value.into());
        }
    }
    if let Some(members) = event.as_object_mut() {
        members.insert("body".to_owned(), body.into());
    }
    Ok(event)
}
