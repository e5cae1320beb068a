//! `template.yaml`, read once into plain types: the one description of tables, routes and streams that the local
//! program and the tests follow too. AWS SAM specification 2016-10-31, AWS CloudFormation short tags.

mod functions;
mod permissions;
mod schedule;
mod tables;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_norway::Value;

use crate::filter::FilterError;
pub use functions::{EnvironmentValue, FunctionDefinition, Method, Route, StreamSubscription};
pub use permissions::{LeadingKey, TablePermission};
pub use schedule::Schedule;
pub use tables::{AttributeDefinition, IndexDefinition, Key, KeyKind, TableDefinition};

const TEXT: &str = include_str!("../../../../template.yaml");

/// What the local program and the tests need of the template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The tables, by logical id.
    pub tables: Vec<TableDefinition>,
    /// The functions, by logical id.
    pub functions: Vec<FunctionDefinition>,
}

/// Why a template could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is no YAML.
    #[error("the template is no YAML: {0}")]
    Yaml(String),
    /// A resource lacks something or has it in another form.
    #[error("`{resource}` in the template: {reason}")]
    Resource {
        /// The resource's logical id.
        resource: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A subscription's filter pattern cannot be followed.
    #[error("`{resource}` in the template has a filter that cannot be followed")]
    Filter {
        /// The function's logical id.
        resource: String,
        /// What is wrong with it.
        #[source]
        source: FilterError,
    },
}

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(rename = "Globals", default)]
    globals: Globals,
    #[serde(rename = "Resources")]
    resources: BTreeMap<String, Resource>,
}

#[derive(Debug, Default, Deserialize)]
struct Globals {
    #[serde(rename = "Function", default)]
    function: Value,
}

#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Properties", default)]
    properties: Value,
    #[serde(rename = "Metadata", default)]
    metadata: Value,
}

impl Template {
    /// The project's own template, as it was when this was built.
    pub fn embedded() -> Result<&'static Self, &'static TemplateError> {
        static EMBEDDED: LazyLock<Result<Template, TemplateError>> =
            LazyLock::new(|| Template::parse(TEXT));
        EMBEDDED.as_ref()
    }

    /// Reads a template's text.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let document: Document =
            serde_norway::from_str(text).map_err(|error| TemplateError::Yaml(error.to_string()))?;
        let globals = functions::environment(&document.globals.function);
        let mut roles = BTreeMap::new();
        for (logical_id, resource) in &document.resources {
            if resource.kind == "AWS::IAM::Role" {
                let permissions = permissions::parse(logical_id, resource.properties.clone())?;
                roles.insert(logical_id.clone(), permissions);
            }
        }
        let mut template = Self {
            tables: Vec::new(),
            functions: Vec::new(),
        };
        for (logical_id, resource) in document.resources {
            match resource.kind.as_str() {
                "AWS::DynamoDB::Table" => {
                    let table = tables::parse(&logical_id, resource.properties)?;
                    template.tables.push(table);
                }
                "AWS::Serverless::Function" => {
                    let function = functions::parse(&logical_id, resource, &globals, &roles)?;
                    template.functions.push(function);
                }
                _ => {}
            }
        }
        Ok(template)
    }

    /// The function whose binary has this name.
    #[must_use]
    pub fn function(&self, binary: &str) -> Option<&FunctionDefinition> {
        self.functions
            .iter()
            .find(|function| function.binary == binary)
    }

    /// The function that the HTTP API would hand a request to, and the route by which: an exact path goes before a
    /// path with variables, that before a greedy one, and at the same path a method before `ANY`.
    #[must_use]
    pub fn route(&self, method: &str, path: &str) -> Option<(&FunctionDefinition, &Route)> {
        let routes = self
            .functions
            .iter()
            .flat_map(|function| function.routes.iter().map(move |route| (function, route)));
        routes
            .filter_map(|(function, route)| Some((route.rank(method, path)?, function, route)))
            .max_by_key(|(rank, _, _)| *rank)
            .map(|(_, function, route)| (function, route))
    }
}

fn faulty(resource: &str, reason: &impl ToString) -> TemplateError {
    TemplateError::Resource {
        resource: resource.to_owned(),
        reason: reason.to_string(),
    }
}
