//! What the template gives a function, as CloudFormation would fill it in.

use vestibule_tables::{EnvironmentValue, FunctionDefinition, TableNames};

use super::aws::Aws;

/// Every name with its value, and what Lambda adds.
pub(super) fn environment(
    function: &FunctionDefinition,
    names: &TableNames,
    aws: &Aws,
) -> Vec<(String, String)> {
    let given = function.environment.iter();
    let given = given.map(|(name, given)| (name.clone(), value(given, names)));
    let endpoint = format!("http://{}", aws.address);
    let added = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "bench"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
    ];
    let added = added.map(|(name, value)| (name.to_owned(), value.to_owned()));
    given.chain(added).collect()
}

fn value(given: &EnvironmentValue, names: &TableNames) -> String {
    match given {
        EnvironmentValue::Literal(text) => text.clone(),
        EnvironmentValue::Computed => String::new(),
        EnvironmentValue::Reference(name) => match name.as_str() {
            "AWS::AccountId" => "999999999999".to_owned(),
            "AuditRetentionDays" => "400".to_owned(),
            "BootstrapRoleName" => "OrganizationAccountAccessRole".to_owned(),
            "ManageManagementAccount" | "ReopenFirstAdministrator" => "false".to_owned(),
            other => names
                .get(other)
                .cloned()
                .unwrap_or_else(|| other.to_owned()),
        },
    }
}
