//! Tags of everything that has them: `TagResource`, `UntagResource` and `ListTagsForResource`.

mod resource;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::Error;
use crate::call::Call;
use crate::operations::{Nothing, handlers};
use crate::paging::{Listed, Paging};
use resource::Resource;

handlers! {
    "ListTagsForResource" => list,
    "TagResource" => tag,
    "UntagResource" => untag,
}

/// How many tags a resource may have.
const MOST: usize = 50;

pub(super) type Tags = BTreeMap<String, String>;

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(flatten)]
    named: Named,
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    #[serde(flatten)]
    named: Named,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    #[serde(flatten)]
    named: Named,
    tag_keys: Vec<String>,
}

/// The members with which a request names what is tagged.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    #[serde(default)]
    instance_arn: Option<String>,
    resource_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) async fn list(call: &Call<'_>, input: ListRequest) -> Result<ListResponse, Error> {
    let tags = Resource::parse(call, &input.named)?.tags(call).await?;
    let list = format!("{}/{}", call.operation.name(), input.named.resource_arn);
    let Listed { items, next_token } = input.paging.slice(&list, tags)?;
    let tags = items.into_iter().map(|(key, value)| Tag { key, value });
    Ok(ListResponse {
        tags: tags.collect(),
        next_token,
    })
}

pub(super) async fn tag(call: &Call<'_>, input: TagRequest) -> Result<Nothing, Error> {
    let resource = Resource::parse(call, &input.named)?;
    let parameters = json!({
        "resourceArn": input.named.resource_arn,
        "tags": merge(&Tags::new(), input.tags.clone())?,
    });
    let decide = |before: &Tags| merge(before, input.tags.clone());
    resource.replace_tags(call, parameters, decide).await?;
    Ok(Nothing {})
}

pub(super) async fn untag(call: &Call<'_>, input: UntagRequest) -> Result<Nothing, Error> {
    let resource = Resource::parse(call, &input.named)?;
    let parameters = json!({
        "resourceArn": input.named.resource_arn,
        "tagKeys": input.tag_keys,
    });
    let decide = |before: &Tags| {
        let mut tags = before.clone();
        tags.retain(|key, _| !input.tag_keys.contains(key));
        Ok(tags)
    };
    resource.replace_tags(call, parameters, decide).await?;
    Ok(Nothing {})
}

/// The tags with more of them, of which none is there twice. What is created with tags begins with none.
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
        return Err(Error::quota_exceeded("A resource has at most 50 tags."));
    }
    Ok(tags)
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
