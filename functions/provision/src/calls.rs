//! One call to AWS, until it is answered: throttling is waited out; so is what looks like a refusal but is IAM still
//! spreading the news of something made a moment ago. IAM User Guide, "Changes that I make are not always immediately visible".

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use jiff::SignedDuration;
use vestibule_shared::arn;

use crate::error::Error;
use crate::failure::{Failure, said};
use crate::turn::Turn;

/// How long after something was made IAM may still not know of it everywhere.
pub(crate) const PROPAGATION: SignedDuration = SignedDuration::from_secs(120);

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// Codes that ask for patience, whatever was called.
const THROTTLED: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
    "PriorRequestNotComplete",
    "ConcurrentModification",
    "EntityTemporarilyUnmodifiable",
];

/// Codes of answers that leave open whether anything was done.
const OPEN: &[&str] = &[
    "ServiceFailure",
    "ServiceUnavailable",
    "InternalFailure",
    "InternalError",
    "RequestTimeout",
    "RequestExpired",
    "ExpiredToken",
    "ExpiredTokenException",
];

/// Codes with which a service refuses an identity or a role that it has not heard of yet.
const UNKNOWN_YET: &[&str] = &[
    ACCESS_DENIED,
    "AccessDeniedException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidIdentityToken",
];

pub(crate) const NO_SUCH_ENTITY: &str = "NoSuchEntity";
pub(crate) const ENTITY_ALREADY_EXISTS: &str = "EntityAlreadyExists";
pub(crate) const DELETE_CONFLICT: &str = "DeleteConflict";
pub(crate) const POLICY_NOT_ATTACHABLE: &str = "PolicyNotAttachable";
const ACCESS_DENIED: &str = "AccessDenied";
const MALFORMED_POLICY: &str = "MalformedPolicyDocument";
const LIMIT_EXCEEDED: &str = "LimitExceeded";

/// How often is looked again, where a change is answered by a surprise that may last.
const ROUNDS: u32 = 6;

/// How a call may be repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    /// Whether it may be made again when the answer did not come. Where not, whoever asked looks at what is there now.
    repeatable: bool,
    /// Refusals that a thing made a moment ago causes, besides those of an identity that is not known yet.
    awaits: &'static [&'static str],
}

impl Call {
    /// One that looks, or whose refusals say all that there is to know.
    pub(crate) const PLAIN: Self = Self::repeatable(&[]);

    /// One that takes away, after which IAM's answer to a second one says nothing sure.
    pub(crate) const FINAL: Self = Self {
        repeatable: false,
        awaits: &[],
    };

    /// One on a role that must be there.
    pub(crate) const ON_ROLE: Self = Self::repeatable(&[NO_SUCH_ENTITY]);

    /// One that names a provider as principal, but no role.
    pub(crate) const NAMING_PROVIDER: Self = Self::repeatable(&[MALFORMED_POLICY]);

    /// One that names a provider or a role as principal.
    pub(crate) const NAMING_PRINCIPAL: Self = Self::repeatable(&[NO_SUCH_ENTITY, MALFORMED_POLICY]);

    const fn repeatable(awaits: &'static [&'static str]) -> Self {
        Self {
            repeatable: true,
            awaits,
        }
    }

    fn awaits(self, code: &str) -> bool {
        UNKNOWN_YET.contains(&code) || self.awaits.contains(&code)
    }
}

/// An answer that says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// Why a call has no result.
#[derive(Debug)]
pub(crate) enum CallError {
    Refused(&'static str, Refusal),
    Unanswered(&'static str, String),
    Stopped(Error),
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self::Stopped(error)
    }
}

impl CallError {
    /// Whether AWS refused with this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        matches!(self, Self::Refused(_, refusal) if refusal.code == code)
    }
}

/// What to make of a refusal that contradicts what was found before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Surprise {
    /// IAM's parts do not agree yet: they will.
    Lag,
    /// Perhaps so; perhaps it was done already, or somebody else has done something.
    Unclear,
}

impl Surprise {
    fn of(error: &CallError) -> Option<Self> {
        let (operation, refusal) = match error {
            CallError::Refused(operation, refusal) => (*operation, refusal),
            CallError::Unanswered(..) => return Some(Self::Unclear),
            CallError::Stopped(_) => return None,
        };
        match (operation, refusal.code.as_str()) {
            // Of policies the name is unique and the path is part of what is asked for: it may have another.
            ("iam:CreatePolicy", ENTITY_ALREADY_EXISTS)
            | ("iam:CreatePolicyVersion", LIMIT_EXCEEDED)
            // A role that is gone but still shown: IAM does not know the path of one that is not there, and so refuses.
            | (
                "iam:ListAttachedRolePolicies" | "iam:ListRolePolicies" | "iam:GetRolePolicy",
                ACCESS_DENIED,
            )
            | (_, DELETE_CONFLICT) => Some(Self::Unclear),
            (_, NO_SUCH_ENTITY | ENTITY_ALREADY_EXISTS) => Some(Self::Lag),
            _ => None,
        }
    }
}

enum Fault {
    Throttled(String),
    Open(String),
    Refused(Refusal),
}

impl Turn<'_> {
    /// Makes a call, named as in an IAM policy, until it is answered or patience ends.
    pub(crate) async fn ask<T, E, F>(
        &self,
        operation: &'static str,
        kind: Call,
        send: impl Fn() -> F,
    ) -> Result<T, CallError>
    where
        E: ProvideErrorMetadata + StdError + 'static,
        F: Future<Output = Result<T, SdkError<E>>>,
    {
        for attempt in 0.. {
            self.keep_pace().await;
            self.hold().await?;
            let fault = match send().await {
                Ok(answer) => return Ok(answer),
                Err(error) => fault(&error),
            };
            let again = match &fault {
                Fault::Throttled(_) => true,
                Fault::Open(_) => kind.repeatable,
                Fault::Refused(refusal) => self.is_unsettled() && kind.awaits(&refusal.code),
            };
            if !again || !self.pause(attempt).await {
                return Err(match fault {
                    Fault::Throttled(cause) | Fault::Open(cause) => {
                        CallError::Unanswered(operation, cause)
                    }
                    // Perhaps IAM only has not heard yet of what was made: the next event decides.
                    Fault::Refused(refusal) if again => {
                        CallError::Unanswered(operation, said(&refusal))
                    }
                    Fault::Refused(refusal) => CallError::Refused(operation, refusal),
                });
            }
        }
        Err(CallError::Stopped(Error::OutOfTime))
    }

    /// Looks and acts again where IAM contradicts what it said before: whatever was meant may be done already, somebody else
    /// may have done something, and IAM may lag behind itself. What is there then decides.
    pub(crate) async fn until_consistent<F>(&self, attempt: impl Fn() -> F) -> Result<(), Error>
    where
        F: Future<Output = Result<(), CallError>>,
    {
        for round in 0.. {
            let Err(error) = attempt().await else {
                return Ok(());
            };
            let again = match Surprise::of(&error) {
                None => false,
                Some(Surprise::Lag) => true,
                Some(Surprise::Unclear) => round + 1 < ROUNDS || self.is_unsettled(),
            };
            if again && self.pause(round).await {
                continue;
            }
            return Err(match error {
                // Nothing that an administrator could put right.
                CallError::Refused(operation, refusal) if again => Error::Unanswered {
                    operation,
                    cause: said(&refusal),
                },
                error => self.error(error),
            });
        }
        Err(Error::OutOfTime)
    }

    /// Waits longer with every attempt, and a little at random, so that those who were throttled together do not come back
    /// together. Answers whether there was time to.
    pub(crate) async fn pause(&self, attempt: u32) -> bool {
        let longest = FIRST_PAUSE
            .saturating_mul(2_u32.saturating_pow(attempt))
            .min(LONGEST_PAUSE);
        let [byte] = self.context.random.bytes::<1>();
        let pause = longest / 2 + longest * u32::from(byte) / 512;
        if !self.has_patience_for(pause) {
            return false;
        }
        self.context.pause.wait(pause).await;
        true
    }

    /// What a call without result means for the work.
    pub(crate) fn error(&self, error: CallError) -> Error {
        match error {
            CallError::Refused(operation, refusal) => {
                let management = &self.identity.instance.management_account;
                let role = if self.account == *management {
                    arn::PROVISION_ROLE_NAME
                } else {
                    arn::SERVICE_ROLE_NAME
                };
                Failure::refused((&self.account, role), operation, &refusal).into()
            }
            CallError::Unanswered(operation, cause) => Error::Unanswered { operation, cause },
            CallError::Stopped(error) => error,
        }
    }
}

fn fault<E: ProvideErrorMetadata + StdError + 'static>(error: &SdkError<E>) -> Fault {
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    let cause = chain(error);
    match (error.code(), status) {
        (Some(code), _) if THROTTLED.contains(&code) => Fault::Throttled(cause),
        (_, Some(429)) => Fault::Throttled(cause),
        (Some(code), _) if OPEN.contains(&code) => Fault::Open(cause),
        (Some(code), Some(400..500)) => Fault::Refused(Refusal {
            code: code.to_owned(),
            message: error.message().unwrap_or_default().to_owned(),
        }),
        (None, Some(status @ 400..500)) => Fault::Refused(Refusal {
            code: format!("Http{status}"),
            message: String::new(),
        }),
        _ => Fault::Open(cause),
    }
}

/// What an error and its causes say, and no more: their debug forms repeat whole answers, credentials among them.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
