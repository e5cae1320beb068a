//! The way into an account: the service role there, made through a bootstrap role where it is missing; and the SAML provider
//! that permission sets' roles trust.

mod assume;
mod policies;
mod provider;
mod service_role;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_iam::config::Credentials;

use crate::calls::CallError;
use crate::error::Error;
use crate::failure::Failure;
use crate::turn::Turn;

pub(crate) use provider::{ProviderStanding, ensure_provider, provider_standing};
use service_role::Standing;

/// How long one attempt of a call may take. A lease outlives it.
const ATTEMPT: Duration = Duration::from_secs(15);

/// Makes IAM clients, one an account.
#[derive(Debug, Clone)]
pub struct Aws {
    config: SdkConfig,
    sts: aws_sdk_sts::Client,
    own: aws_sdk_iam::Client,
}

impl Aws {
    /// Clients that begin with the credentials of `config`: those of the role that service roles trust.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        // Repeating is decided here, not in the SDK: what may be repeated depends on what was called.
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT)
            .build();
        let config = config
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .build();
        Self {
            sts: aws_sdk_sts::Client::new(&config),
            own: aws_sdk_iam::Client::new(&config),
            config,
        }
    }

    fn with(&self, credentials: Credentials) -> aws_sdk_iam::Client {
        let config = aws_sdk_iam::config::Builder::from(&self.config)
            .credentials_provider(credentials)
            .build();
        aws_sdk_iam::Client::from_conf(config)
    }
}

/// IAM in the account of a turn, as its service role.
pub(crate) async fn enter(turn: &Turn<'_>) -> Result<aws_sdk_iam::Client, Error> {
    if let Some(own) = as_ourselves(turn)? {
        return Ok(own);
    }
    match assume::service_role(turn).await {
        Ok(iam) => match service_role::standing(turn, &iam).await? {
            Standing::Current => return Ok(iam),
            Standing::Outdated => {
                // It works, if perhaps not for everything: no reason to give up.
                if let Err(error) = make_service_role(turn).await {
                    tracing::warn!(account = %turn.account, %error, "the service role was not brought up to date");
                }
                return Ok(iam);
            }
            Standing::Missing => {}
        },
        Err(CallError::Refused(..)) => {}
        Err(other) => return Err(turn.error(other)),
    }
    make_service_role(turn).await?;
    match assume::service_role(turn).await {
        Err(CallError::Refused(_, refusal)) => {
            Err(Failure::service_role(&turn.account, &refusal).into())
        }
        outcome => outcome.map_err(|error| turn.error(error)),
    }
}

/// IAM in the management account, where nobody has to be assumed, if the turn is there.
fn as_ourselves(turn: &Turn<'_>) -> Result<Option<aws_sdk_iam::Client>, Error> {
    let management = &turn.identity.instance.management_account;
    if turn.account != *management {
        return Ok(None);
    }
    if !turn.context.manage_management_account {
        return Err(Failure::management_account(management).into());
    }
    Ok(Some(turn.context.aws.own.clone()))
}

/// IAM in the account of a turn for whoever only looks: where there is no way in, none is made.
pub(crate) async fn look_into(turn: &Turn<'_>) -> Result<aws_sdk_iam::Client, Error> {
    if let Some(own) = as_ourselves(turn)? {
        return Ok(own);
    }
    assume::service_role(turn)
        .await
        .map_err(|error| turn.error(error))
}

async fn make_service_role(turn: &Turn<'_>) -> Result<(), Error> {
    let instance = &turn.identity.instance;
    match assume::bootstrap_role(turn).await {
        Ok(iam) => service_role::make(turn, &iam).await,
        Err(CallError::Refused(_, refusal)) => {
            let accounts = (&turn.account, &instance.management_account);
            Err(Failure::bootstrap(accounts, &instance.bootstrap_role, &refusal).into())
        }
        Err(other) => Err(turn.error(other)),
    }
}
