//! The filter patterns of event source mappings, as far as the template uses them.
//! AWS Lambda developer guide, "Filter rule syntax".

use serde_json::{Map, Value};

/// A pattern that a record matches or not.
#[derive(Debug, Clone, PartialEq)]
pub struct FilterPattern {
    fields: Vec<(String, Rule)>,
}

/// Why a pattern was refused. A comparison that is not known here must not silently match, or the functions would
/// see other records here than on AWS.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// The pattern is no JSON.
    #[error("the filter pattern is no JSON")]
    Json(#[from] serde_json::Error),
    /// The pattern is no object at this place.
    #[error("the filter pattern has no object or list at `{0}`")]
    Shape(String),
    /// The comparison is not known here.
    #[error("the filter pattern compares by `{0}`, which is not known here")]
    Comparison(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Rule {
    Within(FilterPattern),
    AnyOf(Vec<Comparison>),
}

#[derive(Debug, Clone, PartialEq)]
enum Comparison {
    Equal(Value),
    Prefix(String),
    Suffix(String),
    Exists(bool),
    AnythingBut(Vec<Value>),
}

impl FilterPattern {
    /// Reads a pattern from the text that the template carries.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let value: Value = serde_json::from_str(text)?;
        let object = value
            .as_object()
            .ok_or_else(|| FilterError::Shape("$".to_owned()))?;
        Self::from_object(object)
    }

    /// Whether each field of the pattern is met by `record`.
    #[must_use]
    pub fn matches(&self, record: &Value) -> bool {
        self.fields
            .iter()
            .all(|(name, rule)| rule.matches(record.get(name)))
    }

    fn from_object(object: &Map<String, Value>) -> Result<Self, FilterError> {
        let fields = object
            .iter()
            .map(|(name, value)| Ok((name.clone(), Rule::from_value(name, value)?)));
        Ok(Self {
            fields: fields.collect::<Result<_, FilterError>>()?,
        })
    }
}

impl Rule {
    fn from_value(name: &str, value: &Value) -> Result<Self, FilterError> {
        if name.starts_with('$') {
            return Err(FilterError::Comparison(name.to_owned()));
        }
        match value {
            Value::Object(object) => FilterPattern::from_object(object).map(Self::Within),
            Value::Array(values) => values
                .iter()
                .map(Comparison::from_value)
                .collect::<Result<_, _>>()
                .map(Self::AnyOf),
            _ => Err(FilterError::Shape(name.to_owned())),
        }
    }

    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Within(pattern) => pattern.matches(value.unwrap_or(&Value::Null)),
            Self::AnyOf(comparisons) => comparisons
                .iter()
                .any(|comparison| comparison.matches(value)),
        }
    }
}

impl Comparison {
    fn from_value(value: &Value) -> Result<Self, FilterError> {
        let Value::Object(object) = value else {
            return Ok(Self::Equal(value.clone()));
        };
        let mut members = object.iter();
        let (Some((name, operand)), None) = (members.next(), members.next()) else {
            return Err(FilterError::Shape("comparison".to_owned()));
        };
        match (name.as_str(), operand) {
            ("prefix", Value::String(prefix)) => Ok(Self::Prefix(prefix.clone())),
            ("suffix", Value::String(suffix)) => Ok(Self::Suffix(suffix.clone())),
            ("exists", Value::Bool(exists)) => Ok(Self::Exists(*exists)),
            ("anything-but", Value::Array(values))
                if values.iter().all(|value| !value.is_object()) =>
            {
                Ok(Self::AnythingBut(values.clone()))
            }
            _ => Err(FilterError::Comparison(name.clone())),
        }
    }

    fn matches(&self, value: Option<&Value>) -> bool {
        let text = value.and_then(Value::as_str);
        match self {
            Self::Equal(expected) => value == Some(expected),
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix)),
            Self::Exists(exists) => value.is_some() == *exists,
            Self::AnythingBut(values) => value.is_some_and(|value| !values.contains(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FilterError, FilterPattern};

    const WORK: &str =
        r#"{"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "WORK#"}]}}}}"#;

    #[test]
    fn a_record_matches_when_every_field_does() {
        let pattern = FilterPattern::parse(WORK).unwrap();
        let record = |name: &str, pk: &str| json!({"eventName": name, "dynamodb": {"Keys": {"pk": {"S": pk}}}});
        assert!(pattern.matches(&record("INSERT", "WORK#1")));
        assert!(!pattern.matches(&record("MODIFY", "WORK#1")));
        assert!(!pattern.matches(&record("INSERT", "ACCOUNT#1")));
        assert!(!pattern.matches(&json!({"eventName": "INSERT"})));
    }

    #[test]
    fn the_values_of_a_list_are_alternatives() {
        let pattern = FilterPattern::parse(r#"{"name": ["a", null, 3, {"suffix": "z"}]}"#).unwrap();
        for (name, matches) in [
            (json!("a"), true),
            (json!(null), true),
            (json!(3), true),
            (json!("xyz"), true),
        ] {
            assert_eq!(pattern.matches(&json!({ "name": name })), matches, "{name}");
        }
        assert!(!pattern.matches(&json!({"name": "b"})));
        assert!(!pattern.matches(&json!({})));
    }

    #[test]
    fn absence_and_difference_can_be_demanded() {
        let pattern =
            FilterPattern::parse(r#"{"a": [{"exists": false}], "b": [{"anything-but": ["x"]}]}"#)
                .unwrap();
        assert!(pattern.matches(&json!({"b": "y"})));
        assert!(!pattern.matches(&json!({"b": "x"})));
        assert!(!pattern.matches(&json!({"a": 1, "b": "y"})));
        assert!(!pattern.matches(&json!({})));
    }

    #[test]
    fn an_unknown_comparison_is_refused() {
        for pattern in [
            r#"{"a": [{"numeric": [">", 1]}]}"#,
            r#"{"$or": []}"#,
            r#"{"a": [{"prefix": 1}]}"#,
        ] {
            assert!(
                matches!(
                    FilterPattern::parse(pattern),
                    Err(FilterError::Comparison(_))
                ),
                "{pattern}"
            );
        }
        for pattern in ["[]", r#"{"a": "b"}"#, r#"{"a": [{}]}"#] {
            assert!(
                matches!(FilterPattern::parse(pattern), Err(FilterError::Shape(_))),
                "{pattern}"
            );
        }
    }
}
