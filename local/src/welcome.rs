//! What the program says once everything runs.

use std::fmt::Write;

use vestibule_shared::ids::AccountId;
use vestibule_shared::store::access::Instance;

use crate::sample;

/// What there is to tell.
#[derive(Debug)]
pub struct Welcome<'a> {
    /// The instance.
    pub instance: &'a Instance,
    /// A one-time link for the sample user, if it is new.
    pub link: Option<&'a str>,
    /// Whether there is the sample user.
    pub sample: bool,
    /// Where the local AWS is; `None` for AWS itself.
    pub aws_endpoint: Option<&'a str>,
    /// The account of the AWS CLI profile that is shown.
    pub profile_account: Option<&'a AccountId>,
}

impl Welcome<'_> {
    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let origin = &self.instance.public_origin;
        writeln!(text, "\nVestibule is running.\n")?;
        writeln!(text, "  Portal      {}", self.instance.portal_url())?;
        match (self.link, self.sample) {
            (Some(link), _) => {
                writeln!(
                    text,
                    "  Sign in as  {}, who sets a password here, once:",
                    sample::USER
                )?;
                writeln!(text, "              {link}")?;
            }
            (None, true) => writeln!(
                text,
                "  Sign in as  {} (a new password: cargo run -- invite {})",
                sample::USER,
                sample::USER
            )?,
            (None, false) => {}
        }
        if let Some(endpoint) = self.aws_endpoint {
            writeln!(text, "  Local AWS   {endpoint}")?;
        }
        writeln!(
            text,
            "  Administer  cargo run -- admin-key   issues a key for the admin APIs at {origin};
              docs/administration.md says what to do with it"
        )?;
        if let Some(account) = self.profile_account {
            self.write_profile(text, account)?;
        }
        writeln!(text, "\nCtrl-C ends it.")
    }

    fn write_profile(&self, text: &mut String, account: &AccountId) -> std::fmt::Result {
        let instance = self.instance;
        let (_, role) = sample::PROFILE;
        write!(
            text,
            "
For the AWS CLI, in ~/.aws/config:

  [profile dev]
  sso_session = vestibule
  sso_account_id = {account}
  sso_role_name = {role}
  region = {region}

  [sso-session vestibule]
  sso_start_url = {start_url}
  sso_region = {region}
  sso_registration_scopes = sso:account:access

and in the shell, before aws sso login --profile dev:

  export AWS_ENDPOINT_URL_SSO={origin}
  export AWS_ENDPOINT_URL_SSO_OIDC={origin}
",
            region = instance.region,
            start_url = instance.start_url(),
            origin = instance.public_origin,
        )?;
        match self.aws_endpoint {
            Some(endpoint) => writeln!(text, "  export AWS_ENDPOINT_URL_STS={endpoint}"),
            None => Ok(()),
        }
    }
}
