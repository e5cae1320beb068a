//! The engine as whoever holds a client sees it: operations by their wire names, within a role where there is one.

use std::sync::Arc;

use super::authorization::Role;
use super::operations::{self, Answer};
use super::{Engine, EngineError};

const TARGET_PREFIX: &str = "DynamoDB_20120810.";

/// Answers requests of the DynamoDB API as its HTTP endpoint does, for a server of whoever needs one.
#[derive(Clone, Debug)]
pub struct Endpoint {
    engine: Engine,
    role: Option<Arc<Role>>,
}

impl Endpoint {
    /// Answers everything, or what `role` may do.
    pub(super) fn new(engine: Engine, role: Option<Role>) -> Self {
        let role = role.map(Arc::new);
        Self { engine, role }
    }

    /// The status and the JSON body for the value of `X-Amz-Target` and a JSON body.
    pub async fn answer(&self, target: &str, body: &str) -> Result<(u16, String), EngineError> {
        let answer = self.respond(target, body).await?;
        Ok((answer.status, answer.body))
    }

    pub(super) async fn respond(&self, target: &str, body: &str) -> Result<Answer, EngineError> {
        let operation = target.strip_prefix(TARGET_PREFIX).unwrap_or(target);
        let role = self.role.as_deref();
        if let Some(Err(error)) = role.map(|role| role.authorize(operation, body)) {
            return Ok(Answer::from(error));
        }
        let (operation, body) = (operation.to_owned(), body.to_owned());
        self.engine
            .run(move |database| Ok(operations::answer(database, &operation, &body)))
            .await
    }
}
