//! Amazon Resource Names of what Vestibule holds, and of what it makes in member accounts.

use std::fmt;

use crate::ids::{
    AccountId, ApplicationId, GroupId, IdentityStoreId, InstanceId, InvalidId, MembershipId,
    PermissionSetId, PermissionSetName, TokenIssuerId, UserId,
};

/// The path under which every role of Vestibule lives in a member account.
pub const ROLE_PATH: &str = "/vestibule/";

/// The role in each member account through which Vestibule works there.
pub const SERVICE_ROLE_NAME: &str = "VestibuleServiceRole";

/// The role in the management account as which the provisioning function runs. Service roles trust it by its ARN, so that
/// its name outlives the stack.
pub const PROVISION_ROLE_NAME: &str = "VestibuleProvision";

/// `arn:aws:sso:::instance/ssoins-…`
#[must_use]
pub fn instance(id: &InstanceId) -> String {
    format!("arn:aws:sso:::instance/{id}")
}

/// Parses an instance's ARN.
pub fn parse_instance(text: &str) -> Result<InstanceId, InvalidId> {
    let id = text
        .strip_prefix("arn:aws:sso:::instance/")
        .ok_or(InvalidId("instance ARN"))?;
    InstanceId::parse(id)
}

/// A permission set's ARN: `arn:aws:sso:::permissionSet/ssoins-…/ps-…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PermissionSetArn {
    /// The instance it belongs to.
    pub instance: InstanceId,
    /// The permission set.
    pub id: PermissionSetId,
}

impl PermissionSetArn {
    /// Parses the text form.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let (instance, id) = text
            .strip_prefix("arn:aws:sso:::permissionSet/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or(InvalidId("permission set ARN"))?;
        Ok(Self {
            instance: InstanceId::parse(instance)?,
            id: PermissionSetId::parse(id)?,
        })
    }
}

impl fmt::Display for PermissionSetArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "arn:aws:sso:::permissionSet/{}/{}",
            self.instance, self.id
        )
    }
}

/// An application's ARN: `arn:aws:sso::<account>:application/ssoins-…/apl-…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApplicationArn {
    /// The account it belongs to.
    pub account: AccountId,
    /// The instance it belongs to.
    pub instance: InstanceId,
    /// The application.
    pub id: ApplicationId,
}

impl ApplicationArn {
    /// Parses the text form.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let parts = text.strip_prefix("arn:aws:sso::").and_then(|rest| {
            let (account, rest) = rest.split_once(":application/")?;
            let (instance, id) = rest.split_once('/')?;
            Some((account, instance, id))
        });
        let (account, instance, id) = parts.ok_or(InvalidId("application ARN"))?;
        Ok(Self {
            account: AccountId::parse(account)?,
            instance: InstanceId::parse(instance)?,
            id: ApplicationId::parse(id)?,
        })
    }
}

impl fmt::Display for ApplicationArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "arn:aws:sso::{}:application/{}/{}",
            self.account, self.instance, self.id
        )
    }
}

/// A trusted token issuer's ARN: `arn:aws:sso::<account>:trustedTokenIssuer/ssoins-…/tti-…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenIssuerArn {
    /// The account it belongs to.
    pub account: AccountId,
    /// The instance it belongs to.
    pub instance: InstanceId,
    /// The trusted token issuer.
    pub id: TokenIssuerId,
}

impl TokenIssuerArn {
    /// Parses the text form.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let parts = text.strip_prefix("arn:aws:sso::").and_then(|rest| {
            let (account, rest) = rest.split_once(":trustedTokenIssuer/")?;
            let (instance, id) = rest.split_once('/')?;
            Some((account, instance, id))
        });
        let (account, instance, id) = parts.ok_or(InvalidId("trusted token issuer ARN"))?;
        Ok(Self {
            account: AccountId::parse(account)?,
            instance: InstanceId::parse(instance)?,
            id: TokenIssuerId::parse(id)?,
        })
    }
}

impl fmt::Display for TokenIssuerArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "arn:aws:sso::{}:trustedTokenIssuer/{}/{}",
            self.account, self.instance, self.id
        )
    }
}

/// The ARN by which the actor policy of an application names one of its access keys:
/// `arn:aws:iam::<account>:user/vestibule/<application>/<access key id>`.
#[must_use]
pub fn application_key(
    management_account: &AccountId,
    application: &ApplicationId,
    access_key_id: &str,
) -> String {
    format!("arn:aws:iam::{management_account}:user/vestibule/{application}/{access_key_id}")
}

/// `arn:aws:identitystore::<account>:identitystore/d-…`
#[must_use]
pub fn identity_store(management_account: &AccountId, id: &IdentityStoreId) -> String {
    format!("arn:aws:identitystore::{management_account}:identitystore/{id}")
}

/// `arn:aws:identitystore:::user/…`
#[must_use]
pub fn user(id: &UserId) -> String {
    format!("arn:aws:identitystore:::user/{id}")
}

/// `arn:aws:identitystore:::group/…`
#[must_use]
pub fn group(id: &GroupId) -> String {
    format!("arn:aws:identitystore:::group/{id}")
}

/// `arn:aws:identitystore:::membership/…`
#[must_use]
pub fn membership(id: &MembershipId) -> String {
    format!("arn:aws:identitystore:::membership/{id}")
}

/// The name of the role that carries a permission set, the same in every account and known before it
/// exists: `VestibuleSSO_<name>_<16 hex>`, at most 62 of IAM's 64 characters. A comma becomes a full stop, because in
/// a SAML assertion the comma ends the role's ARN.
#[must_use]
pub fn role_name(name: &PermissionSetName, id: &PermissionSetId) -> String {
    let name = name.as_str().replace(',', ".");
    format!("VestibuleSSO_{name}_{}", id.digits())
}

/// The permission set whose role could have this name: the one whose digits it ends with.
#[must_use]
pub fn permission_set_of_role(name: &str) -> Option<PermissionSetId> {
    let (_, digits) = name.strip_prefix("VestibuleSSO_")?.rsplit_once('_')?;
    PermissionSetId::parse(&format!("ps-{digits}")).ok()
}

/// The ARN of that role in `account`.
#[must_use]
pub fn role(account: &AccountId, name: &PermissionSetName, id: &PermissionSetId) -> String {
    format!(
        "arn:aws:iam::{account}:role{ROLE_PATH}{}",
        role_name(name, id)
    )
}

/// The name of the SAML provider in every account: `Vestibule_<16 hex of the instance>`.
#[must_use]
pub fn provider_name(instance: &InstanceId) -> String {
    format!("Vestibule_{}", instance.digits())
}

/// The ARN of the SAML provider in `account`.
#[must_use]
pub fn provider(account: &AccountId, instance: &InstanceId) -> String {
    format!(
        "arn:aws:iam::{account}:saml-provider/{}",
        provider_name(instance)
    )
}

/// The ARN of the service role in `account`.
#[must_use]
pub fn service_role(account: &AccountId) -> String {
    format!("arn:aws:iam::{account}:role{ROLE_PATH}{SERVICE_ROLE_NAME}")
}

/// The ARN of the role as which the provisioning function runs.
#[must_use]
pub fn provision_role(management_account: &AccountId) -> String {
    format!("arn:aws:iam::{management_account}:role{ROLE_PATH}{PROVISION_ROLE_NAME}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_parses_prints_as_it_was(text in "(arn:aws:sso:::permissionSet/)?(ssoins-[0-9a-f]{16}/)?\\PC{0,30}") {
            let _ = parse_instance(&text);
            let _ = ApplicationArn::parse(&text);
            let _ = TokenIssuerArn::parse(&text);
            if let Ok(arn) = PermissionSetArn::parse(&text) {
                prop_assert_eq!(arn.to_string(), text);
            }
        }
    }

    #[test]
    fn an_application_arn_survives_printing_and_parsing() {
        let text =
            "arn:aws:sso::999999999999:application/ssoins-0123456789abcdef/apl-fedcba9876543210";
        assert_eq!(ApplicationArn::parse(text).unwrap().to_string(), text);
        for other in [
            "arn:aws:sso:::application/ssoins-0123456789abcdef/apl-fedcba9876543210",
            "arn:aws:sso::999999999999:application/apl-fedcba9876543210",
            "arn:aws:sso::999999999999:application/ssoins-0123456789abcdef/apl-fedcba9876543210/",
        ] {
            assert!(ApplicationArn::parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_permission_set_arn_survives_printing_and_parsing() {
        let text = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-fedcba9876543210";
        assert_eq!(PermissionSetArn::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn the_longest_role_name_fits_iam() {
        let name = PermissionSetName::parse(&"n".repeat(32)).unwrap();
        let id = PermissionSetId::parse("ps-0123456789abcdef").unwrap();
        assert!(role_name(&name, &id).len() <= 64);
        assert_eq!(permission_set_of_role(&role_name(&name, &id)), Some(id));
        assert_eq!(
            permission_set_of_role("VestibuleSSO_0123456789abcdef"),
            None
        );
    }
}
