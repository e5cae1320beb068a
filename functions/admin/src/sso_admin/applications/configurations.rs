//! The assignment configuration and the session configuration of an application: put and get.

use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::store::access::ApplicationStatus;

use super::{Named, change, find_application};
use crate::Error;
use crate::call::Call;
use crate::operations::Nothing;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssignmentRequest {
    application_arn: String,
    assignment_required: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssignmentResponse {
    assignment_required: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SessionRequest {
    application_arn: String,
    user_background_session_application_status: Option<ApplicationStatus>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SessionResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    user_background_session_application_status: Option<ApplicationStatus>,
}

pub(super) async fn put_assignment(
    call: &Call<'_>,
    input: AssignmentRequest,
) -> Result<Nothing, Error> {
    let required = input.assignment_required;
    let parameters = json!({
        "applicationArn": input.application_arn,
        "assignmentRequired": required,
    });
    change(call, &input.application_arn, parameters, |application| {
        application.assignment_required = required;
        Ok(())
    })
    .await
}

pub(super) async fn assignment(call: &Call<'_>, named: Named) -> Result<AssignmentResponse, Error> {
    let application = find_application(call, &named.application_arn).await?;
    Ok(AssignmentResponse {
        assignment_required: application.assignment_required,
    })
}

pub(super) async fn put_session(call: &Call<'_>, input: SessionRequest) -> Result<Nothing, Error> {
    let status = input.user_background_session_application_status;
    let parameters = json!({
        "applicationArn": input.application_arn,
        "userBackgroundSessionApplicationStatus": status,
    });
    change(call, &input.application_arn, parameters, |application| {
        if status.is_some() {
            application.user_background_sessions = status;
        }
        Ok(())
    })
    .await
}

pub(super) async fn session(call: &Call<'_>, named: Named) -> Result<SessionResponse, Error> {
    let application = find_application(call, &named.application_arn).await?;
    Ok(SessionResponse {
        user_background_session_application_status: application.user_background_sessions,
    })
}
