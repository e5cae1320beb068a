//! Reads a model in botocore's format (`service-2.json`) and resolves its names.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Deserialize;

use super::pattern::Pattern;
use super::shape::{Bounds, Kind, List, Map, Member, Shape, Structure, Text};
use super::{Operation, Service};

/// No model nests deeper; a shape that contains itself would.
const DEEPEST: usize = 32;

#[derive(Debug, thiserror::Error)]
pub(super) enum Unloadable {
    #[error("the model is not in the format of botocore")]
    Format(#[from] serde_json::Error),
    #[error("the model has no shape `{0}`")]
    Missing(String),
    #[error("the shape `{0}` has no element, key or value")]
    Incomplete(String),
    #[error("the shape `{0}` nests too deep")]
    Deep(String),
}

#[derive(Deserialize)]
struct Document {
    operations: BTreeMap<String, OperationEntry>,
    shapes: BTreeMap<String, ShapeEntry>,
}

#[derive(Deserialize)]
struct OperationEntry {
    input: Reference,
    output: Option<Reference>,
    #[serde(default)]
    errors: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    shape: String,
}

#[derive(Deserialize)]
struct ShapeEntry {
    #[serde(rename = "type")]
    kind: KindName,
    #[serde(default)]
    members: BTreeMap<String, Reference>,
    #[serde(default)]
    required: BTreeSet<String>,
    #[serde(default)]
    union: bool,
    #[serde(default)]
    document: bool,
    #[serde(default)]
    sensitive: bool,
    member: Option<Reference>,
    key: Option<Reference>,
    value: Option<Reference>,
    min: Option<i64>,
    max: Option<i64>,
    pattern: Option<String>,
    #[serde(rename = "enum")]
    values: Option<Vec<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindName {
    Structure,
    List,
    Map,
    String,
    Integer,
    Boolean,
    Timestamp,
}

/// Every operation of the service's embedded model.
pub(super) fn operations(service: Service) -> Result<Vec<Operation>, Unloadable> {
    let document: Document = serde_json::from_str(service.model())?;
    let mut names = Names {
        entries: &document.shapes,
        resolved: HashMap::new(),
    };
    document
        .operations
        .iter()
        .map(|(name, entry)| {
            Ok(Operation {
                service,
                name: name.clone(),
                input: names.shape(&entry.input, DEEPEST)?,
                output: entry
                    .output
                    .as_ref()
                    .map(|output| names.shape(output, DEEPEST))
                    .transpose()?,
                errors: entry
                    .errors
                    .iter()
                    .map(|error| Ok((error.shape.clone(), names.shape(error, DEEPEST)?)))
                    .collect::<Result<_, Unloadable>>()?,
            })
        })
        .collect()
}

struct Names<'a> {
    entries: &'a BTreeMap<String, ShapeEntry>,
    resolved: HashMap<&'a str, Arc<Shape>>,
}

impl<'a> Names<'a> {
    fn shape(&mut self, reference: &'a Reference, levels: usize) -> Result<Arc<Shape>, Unloadable> {
        let name = reference.shape.as_str();
        if let Some(shape) = self.resolved.get(name) {
            return Ok(Arc::clone(shape));
        }
        let entry = self
            .entries
            .get(name)
            .ok_or_else(|| Unloadable::Missing(name.to_owned()))?;
        let levels = levels
            .checked_sub(1)
            .ok_or_else(|| Unloadable::Deep(name.to_owned()))?;
        let kind = self.kind(name, entry, levels)?;
        let shape = Arc::new(Shape {
            kind,
            sensitive: entry.sensitive,
        });
        self.resolved.insert(name, Arc::clone(&shape));
        Ok(shape)
    }

    fn kind(
        &mut self,
        name: &str,
        entry: &'a ShapeEntry,
        levels: usize,
    ) -> Result<Kind, Unloadable> {
        let bounds = Bounds {
            least: entry.min,
            most: entry.max,
        };
        let mut inner = |reference: &'a Option<Reference>| match reference {
            Some(reference) => self.shape(reference, levels),
            None => Err(Unloadable::Incomplete(name.to_owned())),
        };
        Ok(match entry.kind {
            KindName::Structure if entry.document => Kind::Document,
            KindName::Structure => Kind::Structure(self.structure(entry, levels)?),
            KindName::List => Kind::List(List {
                element: inner(&entry.member)?,
                size: bounds,
            }),
            KindName::Map => Kind::Map(Map {
                key: inner(&entry.key)?,
                value: inner(&entry.value)?,
                size: bounds,
            }),
            KindName::String => Kind::Text(Text {
                length: bounds,
                pattern: entry.pattern.as_deref().map(Pattern::new),
                values: entry.values.clone(),
            }),
            KindName::Integer => Kind::Integer(bounds),
            KindName::Boolean => Kind::Boolean,
            KindName::Timestamp => Kind::Timestamp,
        })
    }

    fn structure(&mut self, entry: &'a ShapeEntry, levels: usize) -> Result<Structure, Unloadable> {
        let members = entry
            .members
            .iter()
            .map(|(name, reference)| {
                Ok(Member {
                    name: name.clone(),
                    required: entry.required.contains(name),
                    shape: self.shape(reference, levels)?,
                })
            })
            .collect::<Result<_, Unloadable>>()?;
        Ok(Structure {
            members,
            union: entry.union,
        })
    }
}
