//! Who may call what, as `docs/permissions.md` prints it: every operation, by a key of every role.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::json;
use vestibule_admin::{NewAccessKey, Operation};

use crate::organization::{Organization, Unsigned};

const ROLES: [&str; 3] = ["Administrator", "Helpdesk", "Auditor"];
const PRINTED: &str = include_str!("../../../../docs/permissions.md");

/// From the name of an operation to the roles that may call it.
fn printed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let lines = PRINTED.lines().filter_map(|line| line.strip_prefix("| `"));
    lines
        .map(|line| {
            let (name, cells) = line.split_once("` |").unwrap();
            let cells: Vec<&str> = cells.split('|').map(str::trim).collect();
            assert_eq!(cells.len(), ROLES.len() + 1, "{name}");
            let roles = ROLES.into_iter().zip(cells);
            let may = roles.filter(|(_, cell)| *cell == "yes");
            (name, may.map(|(role, _)| role).collect())
        })
        .collect()
}

/// Whether a signed call of the operation without input is refused for the role of its key.
async fn is_refused(organization: &Organization, operation: &Operation) -> bool {
    let target = operation.target();
    let unsigned = Unsigned {
        target: Some(&target),
        body: b"{}",
    };
    let signing_name = operation.service().signing_name();
    let request = organization.sign(unsigned, signing_name, &organization.key);
    let answer = organization.send(request).await;
    let said = answer.body.contains("is not authorized to perform");
    if said {
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target}");
        assert_eq!(answer.json()["__type"], "AccessDeniedException", "{target}");
        let action = format!("{signing_name}:{}", operation.name());
        assert!(answer.body.contains(&action), "{}", answer.body);
    }
    said
}

#[tokio::test]
async fn every_role_may_call_what_is_printed_and_nothing_else() {
    let organization = Organization::new().await;
    let printed = printed();
    assert_eq!(printed.len(), Operation::all().count());
    for role in ROLES {
        let holder = organization.with_role(role).await;
        for operation in Operation::all() {
            let may = printed[operation.name()].contains(&role);
            let refused = is_refused(&holder, operation).await;
            assert_eq!(refused, !may, "{role}: {}", operation.name());
        }
    }
}

#[tokio::test]
async fn an_inactive_or_deleted_key_of_any_role_may_call_nothing() {
    let organization = Organization::new().await;
    for role in ROLES {
        for end in ["DeactivateAccessKey", "DeleteAccessKey"] {
            let holder = organization.with_role(role).await;
            let key = json!({ "AccessKeyId": holder.key.id });
            organization.ok(end, key).await;
            for operation in Operation::all() {
                let refused = holder.refused(operation.name(), json!({})).await;
                assert_eq!(refused, "UnrecognizedClientException", "{role}");
            }
        }
    }
}

#[tokio::test]
async fn a_role_is_refused_before_the_input_is_looked_at_and_the_attempt_is_recorded() {
    let organization = Organization::new().await;
    let auditor = organization.with_role("Auditor").await;
    let body = b"{ this is no JSON";
    let unsigned = Unsigned {
        target: Some("SWBExternalService.CreatePermissionSet"),
        body,
    };
    let request = auditor.sign(unsigned, "sso", &auditor.key);
    let answer = auditor.send(request).await;
    assert_eq!(answer.json()["__type"], "AccessDeniedException");
    let recorded = organization.recorded("CreatePermissionSet").await;
    assert_eq!(recorded.len(), 1);
    assert_eq!(recorded[0].error_code.as_deref(), Some("AccessDenied"));
    assert_eq!(recorded[0].event_source, "sso.amazonaws.com");
    assert_eq!(recorded[0].user_identity["accessKeyId"], *auditor.key.id);
}

#[tokio::test]
async fn everybody_learns_who_they_are() {
    let organization = Organization::new().await;
    for role in ROLES {
        let holder = organization.with_role(role).await;
        let unsigned = Unsigned {
            target: None,
            body: b"Action=GetCallerIdentity&Version=2011-06-15",
        };
        let NewAccessKey { id, .. } = &holder.key;
        let answer = holder.send(holder.sign(unsigned, "sts", &holder.key)).await;
        assert_eq!(answer.status, StatusCode::OK, "{role}");
        assert!(answer.body.contains(id), "{role}");
    }
}
