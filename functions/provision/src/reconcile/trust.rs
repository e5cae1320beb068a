//! The trust policy of a permission set's role: whoever the instance's SAML provider vouches for, and nobody else.
//! IAM User Guide, "Create a role for SAML 2.0 federation".

use serde_json::json;
use vestibule_shared::saml::ServiceProvider;

/// The policy of a role in the account of `provider_arn`.
///
/// `sts:TagSession` is for attributes as principal tags, `sts:SetSourceIdentity` for the user's id in CloudTrail.
pub(super) fn trust_policy(provider_arn: &str) -> String {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": provider_arn },
            "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
            "Condition": {
                "StringEquals": { "SAML:aud": ServiceProvider::AWS.sign_in_endpoint },
            },
        }],
    });
    document.to_string()
}
