//! Assuming a role in another account. STS API reference, `AssumeRole`.

use aws_sdk_iam::config::Credentials;
use vestibule_shared::arn;

use super::policies::bootstrap_session_policy;
use crate::calls::{Call, CallError};
use crate::turn::Turn;

/// What CloudTrail in the account shows as the session's name.
const SESSION_NAME: &str = "vestibule-provision";

/// STS's shortest; longer than any event is worked on.
const SECONDS: i32 = 900;

/// Which role, and what it asks for.
#[derive(Default)]
struct Role<'a> {
    arn: String,
    external_id: Option<&'a str>,
    session_policy: Option<String>,
}

/// IAM as the account's service role.
pub(super) async fn service_role(turn: &Turn<'_>) -> Result<aws_sdk_iam::Client, CallError> {
    let role = Role {
        arn: arn::service_role(&turn.account),
        external_id: Some(turn.identity.instance.id.as_str()),
        session_policy: None,
    };
    assume(turn, role).await
}

/// IAM as the account's bootstrap role, good for making the service role and for nothing else.
pub(super) async fn bootstrap_role(turn: &Turn<'_>) -> Result<aws_sdk_iam::Client, CallError> {
    // It may be given with a path.
    let name = turn
        .identity
        .instance
        .bootstrap_role
        .trim_start_matches('/');
    let role = Role {
        arn: format!("arn:aws:iam::{}:role/{name}", turn.account),
        external_id: None,
        session_policy: Some(bootstrap_session_policy(&turn.account)),
    };
    assume(turn, role).await
}

async fn assume(turn: &Turn<'_>, role: Role<'_>) -> Result<aws_sdk_iam::Client, CallError> {
    let call = || {
        let call = turn.context.aws.sts.assume_role();
        call.role_arn(&role.arn)
            .role_session_name(SESSION_NAME)
            .duration_seconds(SECONDS)
            .set_external_id(role.external_id.map(str::to_owned))
            .set_policy(role.session_policy.clone())
            .send()
    };
    let answer = turn.ask("sts:AssumeRole", Call::PLAIN, call).await?;
    let Some(given) = answer.credentials else {
        let cause = "the answer had no credentials".to_owned();
        return Err(CallError::Unanswered("sts:AssumeRole", cause));
    };
    let credentials = Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        Some(given.session_token),
        None,
        "vestibule-provision",
    );
    Ok(turn.context.aws.with(credentials))
}
