//! The template's functions: their binaries, routes, environments, stream subscriptions and schedules.
//! AWS SAM resource `AWS::Serverless::Function`, event types `HttpApi`, `DynamoDB` and `Schedule`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_norway::Value;

use super::permissions::TablePermission;
use super::schedule::{self, Schedule};
use super::{Resource, TemplateError, faulty};
use crate::filter::FilterPattern;

/// A function as the template describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionDefinition {
    /// The name in the template, such as `PortalFunction`.
    pub logical_id: String,
    /// The name of the binary that it runs, which is its folder's too.
    pub binary: String,
    /// The routes of the HTTP API that lead to it.
    pub routes: Vec<Route>,
    /// The names in its environment, those of all functions included.
    pub environment: BTreeMap<String, EnvironmentValue>,
    /// What its role lets it do with tables.
    pub permissions: Vec<TablePermission>,
    /// The table whose stream wakes it.
    pub stream: Option<StreamSubscription>,
    /// The schedules that wake it, by their names in the template.
    pub schedules: BTreeMap<String, Schedule>,
}

/// What a name in a function's environment stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvironmentValue {
    /// A fixed text.
    Literal(String),
    /// `!Ref` of a resource or a parameter; of a table, this is its name.
    Reference(String),
    /// Something that only CloudFormation can compute.
    Computed,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path; its last part may be greedy (`{proxy+}`).
    pub path: String,
}

/// The method of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// Every method.
    Any,
    /// This method, in capitals.
    Only(String),
}

/// A function's subscription to a table's stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamSubscription {
    /// The table's logical id.
    pub table: String,
    /// A record is handed over when one of these matches it, or when there is none.
    pub filters: Vec<FilterPattern>,
    /// How many records one event may carry.
    pub batch_size: usize,
    /// How often a batch that fails is handed over again; `None` is until it expires.
    pub maximum_retry_attempts: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    build_properties: BuildProperties,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BuildProperties {
    binary: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    #[serde(default)]
    role: Value,
    #[serde(default)]
    events: BTreeMap<String, Event>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(default)]
    properties: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HttpApiEvent {
    method: String,
    path: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StreamEvent {
    stream: Value,
    #[serde(default = "default_batch_size")]
    batch_size: usize,
    maximum_retry_attempts: Option<usize>,
    #[serde(default)]
    filter_criteria: FilterCriteria,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FilterCriteria {
    filters: Vec<Filter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    pattern: String,
}

fn default_batch_size() -> usize {
    100
}

impl Route {
    /// How closely this route fits a request, greater is closer; `None` when it does not.
    pub(super) fn rank(&self, method: &str, path: &str) -> Option<(Closeness, bool)> {
        let exact_method = match &self.method {
            Method::Any => false,
            Method::Only(only) if only.eq_ignore_ascii_case(method) => true,
            Method::Only(_) => return None,
        };
        Some((self.closeness(path)?, exact_method))
    }

    fn closeness(&self, path: &str) -> Option<Closeness> {
        let mut variables = 0;
        let mut wanted = self.path.split('/');
        let mut given = path.split('/');
        let mut literals = 0;
        loop {
            match (wanted.next(), given.next()) {
                (None, None) if variables == 0 => return Some(Closeness::Exact),
                (None, None) => return Some(Closeness::Variables(literals)),
                (Some(part), Some(first)) if is_variable(part) && part.ends_with("+}") => {
                    // A greedy variable takes one character at least.
                    let empty = first.is_empty() && given.next().is_none();
                    return (!empty).then_some(Closeness::Greedy(literals));
                }
                (Some(part), Some(value)) if is_variable(part) && !value.is_empty() => {
                    variables += 1;
                }
                (Some(part), Some(value)) if part == value => literals += 1,
                _ => return None,
            }
        }
    }
}

/// From the loosest fit to the closest; the number counts the literal parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Closeness {
    Greedy(usize),
    Variables(usize),
    Exact,
}

fn is_variable(part: &str) -> bool {
    part.starts_with('{') && part.ends_with('}')
}

pub(super) fn parse(
    logical_id: &str,
    resource: Resource,
    globals: &BTreeMap<String, EnvironmentValue>,
    roles: &BTreeMap<String, Vec<TablePermission>>,
) -> Result<FunctionDefinition, TemplateError> {
    let metadata: Metadata =
        serde_norway::from_value(resource.metadata).map_err(|error| faulty(logical_id, &error))?;
    let mut environment = globals.clone();
    environment.extend(self::environment(&resource.properties));
    let properties: Properties = serde_norway::from_value(resource.properties)
        .map_err(|error| faulty(logical_id, &error))?;
    let mut function = FunctionDefinition {
        logical_id: logical_id.to_owned(),
        binary: metadata.build_properties.binary,
        routes: Vec::new(),
        environment,
        permissions: role(&properties.role)
            .and_then(|role| roles.get(role))
            .cloned()
            .unwrap_or_default(),
        stream: None,
        schedules: BTreeMap::new(),
    };
    for (name, event) in properties.events {
        match event.kind.as_str() {
            "HttpApi" => function.routes.push(route(logical_id, event.properties)?),
            "DynamoDB" => function.stream = Some(subscription(logical_id, event.properties)?),
            "Schedule" => {
                let schedule = schedule::parse(logical_id, event.properties)?;
                function.schedules.insert(name, schedule);
            }
            _ => {}
        }
    }
    Ok(function)
}

/// The variables under `Environment`, of a function or of `Globals`.
pub(super) fn environment(function: &Value) -> BTreeMap<String, EnvironmentValue> {
    let variables = function
        .get("Environment")
        .and_then(|environment| environment.get("Variables"));
    let entries = variables.and_then(Value::as_mapping).into_iter().flatten();
    entries
        .filter_map(|(name, value)| Some((name.as_str()?.to_owned(), environment_value(value))))
        .collect()
}

fn environment_value(value: &Value) -> EnvironmentValue {
    match value {
        Value::String(text) => EnvironmentValue::Literal(text.clone()),
        Value::Number(number) => EnvironmentValue::Literal(number.to_string()),
        Value::Bool(flag) => EnvironmentValue::Literal(flag.to_string()),
        Value::Tagged(tagged) if tagged.tag == "!Ref" => match tagged.value.as_str() {
            Some(name) => EnvironmentValue::Reference(name.to_owned()),
            None => EnvironmentValue::Computed,
        },
        _ => EnvironmentValue::Computed,
    }
}

/// The logical id in `!GetAtt PortalRole.Arn`.
fn role(value: &Value) -> Option<&str> {
    match value {
        Value::Tagged(tagged) if tagged.tag == "!GetAtt" => {
            tagged.value.as_str()?.strip_suffix(".Arn")
        }
        _ => None,
    }
}

fn route(logical_id: &str, properties: Value) -> Result<Route, TemplateError> {
    let event: HttpApiEvent =
        serde_norway::from_value(properties).map_err(|error| faulty(logical_id, &error))?;
    let method = match event.method.to_ascii_uppercase().as_str() {
        "ANY" | "*" => Method::Any,
        only => Method::Only(only.to_owned()),
    };
    Ok(Route {
        method,
        path: event.path,
    })
}

fn subscription(logical_id: &str, properties: Value) -> Result<StreamSubscription, TemplateError> {
    let event: StreamEvent =
        serde_norway::from_value(properties).map_err(|error| faulty(logical_id, &error))?;
    let table = match &event.stream {
        Value::Tagged(tagged) if tagged.tag == "!GetAtt" => tagged
            .value
            .as_str()
            .and_then(|attribute| attribute.strip_suffix(".StreamArn")),
        _ => None,
    };
    let table = table
        .ok_or_else(|| faulty(logical_id, &"the stream is not `!GetAtt <table>.StreamArn`"))?
        .to_owned();
    let patterns = event
        .filter_criteria
        .filters
        .iter()
        .map(|filter| FilterPattern::parse(&filter.pattern));
    let filters = patterns
        .collect::<Result<_, _>>()
        .map_err(|source| TemplateError::Filter {
            resource: logical_id.to_owned(),
            source,
        })?;
    Ok(StreamSubscription {
        table,
        filters,
        batch_size: event.batch_size,
        maximum_retry_attempts: event.maximum_retry_attempts,
    })
}
