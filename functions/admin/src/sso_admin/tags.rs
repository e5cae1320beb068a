//! Tags of permission sets: `TagResource`, `UntagResource` and `ListTagsForResource`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use vestibule_shared::arn;
use vestibule_shared::store::access::PermissionSet;

use super::permission_sets::{Named, find_active, find_permission_set};
use super::{check_instance, retry};
use crate::Error;
use crate::call::Call;
use crate::operations::{Nothing, handlers};

handlers! {
    "ListTagsForResource" => list,
    "TagResource" => tag,
    "UntagResource" => untag,
}

/// How many tags a permission set may have.
const MOST: usize = 50;

type Tags = BTreeMap<String, String>;

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(flatten)]
    resource: Resource,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    #[serde(flatten)]
    resource: Resource,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    #[serde(flatten)]
    resource: Resource,
    tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    #[serde(default)]
    instance_arn: Option<String>,
    resource_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    tags: Vec<Tag>,
}

/// There are so few tags that one page holds all of them.
pub(super) async fn list(call: &Call<'_>, input: ListRequest) -> Result<ListResponse, Error> {
    let tags = if check_instance(call, &input.resource.resource_arn).is_ok() {
        Tags::new()
    } else {
        find_permission_set(call, &input.resource.named(call))
            .await?
            .tags
    };
    let tags = tags.into_iter().map(|(key, value)| Tag { key, value });
    Ok(ListResponse {
        tags: tags.collect(),
    })
}

pub(super) async fn tag(call: &Call<'_>, input: TagRequest) -> Result<Nothing, Error> {
    let named = input.resource.named(call);
    let added = merge(&Tags::new(), input.tags)?;
    let parameters = json!({ "resourceArn": input.resource.resource_arn, "tags": added });
    replace(call, &named, parameters, |before| {
        let added = added.iter().map(|(key, value)| Tag {
            key: key.clone(),
            value: value.clone(),
        });
        merge(before, added.collect())
    })
    .await
}

pub(super) async fn untag(call: &Call<'_>, input: UntagRequest) -> Result<Nothing, Error> {
    let named = input.resource.named(call);
    let parameters =
        json!({ "resourceArn": input.resource.resource_arn, "tagKeys": input.tag_keys });
    replace(call, &named, parameters, |before| {
        let mut tags = before.clone();
        tags.retain(|key, _| !input.tag_keys.contains(key));
        Ok(tags)
    })
    .await
}

async fn replace(
    call: &Call<'_>,
    named: &Named,
    parameters: serde_json::Value,
    decide: impl Fn(&Tags) -> Result<Tags, Error>,
) -> Result<Nothing, Error> {
    let (parameters, decide) = (&parameters, &decide);
    retry(|| async move {
        let before = find_active(call, named).await?;
        let after = PermissionSet {
            tags: decide(&before.tags)?,
            ..before.clone()
        };
        let record = call.record(parameters.clone());
        let access = &call.context.access;
        access
            .replace_permission_set((&before, &after), call.recorded(&record))
            .await?;
        Ok(Nothing {})
    })
    .await
}

/// The tags with more of them, of which none is there twice.
pub(super) fn merge(before: &Tags, added: Vec<Tag>) -> Result<Tags, Error> {
    let count = added.len();
    let added: Tags = added.into_iter().map(|tag| (tag.key, tag.value)).collect();
    if added.len() != count {
        return Err(Error::validation("A tag key occurs twice."));
    }
    if added
        .keys()
        .any(|key| key.to_lowercase().starts_with("aws:"))
    {
        return Err(Error::validation(
            "Tag keys that begin with aws: are reserved.",
        ));
    }
    let mut tags = before.clone();
    tags.extend(added);
    if tags.len() > MOST {
        return Err(Error::validation("A permission set has at most 50 tags."));
    }
    Ok(tags)
}

impl Resource {
    /// The permission set; nothing else can be tagged, and an ARN of anything else is not found.
    fn named(&self, call: &Call<'_>) -> Named {
        let instance_arn = self.instance_arn.clone();
        Named {
            instance_arn: instance_arn.unwrap_or_else(|| arn::instance(&call.instance.id)),
            permission_set_arn: self.resource_arn.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str) -> Tag {
        Tag {
            key: key.to_owned(),
            value: String::new(),
        }
    }

    #[test]
    fn tags_are_merged_up_to_fifty() {
        let fifty: Vec<Tag> = (0..50).map(|number| tag(&number.to_string())).collect();
        let full = merge(&Tags::new(), fifty).unwrap();
        assert!(merge(&full, vec![tag("0")]).is_ok());
        assert!(merge(&full, vec![tag("50")]).is_err());
        assert!(merge(&Tags::new(), vec![tag("a"), tag("a")]).is_err());
        assert!(merge(&Tags::new(), vec![tag("AWS:a")]).is_err());
    }
}
