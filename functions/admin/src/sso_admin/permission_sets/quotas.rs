//! How much a permission set may hold (`docs/quotas.md`). What it says is one item, written with its revision and read
//! whole at every use, and DynamoDB's items end at 400 KB.

use vestibule_shared::store::access::Content;

use crate::Error;

/// Policies of both kinds, as AWS's quota has it.
const MOST_POLICIES: usize = 251;
/// The whole of the content as JSON, in bytes. The rest of the item, mostly tags, is less than 90 KB.
const LARGEST: usize = 300 * 1024;

/// The content with something added to it, unless that is too much.
pub(crate) fn within_quotas(content: Content) -> Result<Content, Error> {
    if content.managed_policies.len() + content.customer_managed_policies.len() > MOST_POLICIES {
        return Err(Error::quota_exceeded(
            "The permission set has 251 policies, which is as many as it can have.",
        ));
    }
    if serde_json::to_vec(&content)?.len() > LARGEST {
        return Err(Error::quota_exceeded(
            "The permission set would be larger than 300 KiB, with all its policies and their documents.",
        ));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use vestibule_shared::store::access::CustomerManagedPolicy;

    use super::*;
    use crate::sso_admin::permission_sets::definition::tests::content;

    #[test]
    fn policies_of_both_kinds_count_together() {
        let mut content = content();
        for number in 0..250 {
            let name = number.to_string();
            content.managed_policies.insert(name.clone(), name);
        }
        content
            .customer_managed_policies
            .push(CustomerManagedPolicy {
                name: "a".to_owned(),
                path: "/".to_owned(),
            });
        assert!(within_quotas(content.clone()).is_ok());
        let another = ("a".to_owned(), "a".to_owned());
        content.managed_policies.extend([another]);
        assert!(within_quotas(content).is_err());
    }

    #[test]
    fn the_whole_stays_below_what_an_item_can_be() {
        let mut content = content();
        let document = "x".repeat(20_000);
        for number in 0..15 {
            let key = number.to_string();
            content.policy_documents.insert(key, document.clone());
        }
        assert!(within_quotas(content.clone()).is_ok());
        content
            .policy_documents
            .insert("another".to_owned(), document);
        assert!(within_quotas(content).is_err());
    }
}
