//! Identifiers in requests: an id, or the ARN that carries it.

use vestibule_shared::arn;
use vestibule_shared::ids::{GroupId, MembershipId, UserId};

use crate::Error;
use crate::call::Call;

/// Refuses the id or ARN of another identity store.
pub(super) fn check_store(call: &Call<'_>, text: &str) -> Result<(), Error> {
    let (store, account) = (
        &call.instance.identity_store,
        &call.instance.management_account,
    );
    if text == store.as_str() || text == arn::identity_store(account, store) {
        Ok(())
    } else {
        Err(Error::resource_kind_not_found("IDENTITY_STORE"))
    }
}

/// A user's id, given as it is or in an ARN.
pub(super) fn user_id(text: &str) -> Result<UserId, Error> {
    let id = bare(text, "user")?;
    UserId::parse(&id).map_err(|_| Error::resource_not_found("USER", &id))
}

/// A group's id, given as it is or in an ARN.
pub(super) fn group_id(text: &str) -> Result<GroupId, Error> {
    let id = bare(text, "group")?;
    GroupId::parse(&id).map_err(|_| Error::resource_not_found("GROUP", &id))
}

/// A membership's id, given as it is or in an ARN.
pub(super) fn membership_id(text: &str) -> Result<MembershipId, Error> {
    let id = bare(text, "membership")?;
    MembershipId::parse(&id).map_err(|_| Error::resource_not_found("GROUP_MEMBERSHIP", &id))
}

/// The model lets an id have upper-case digits; ours have none.
fn bare(text: &str, kind: &str) -> Result<String, Error> {
    let id = match text.strip_prefix("arn:aws:identitystore:::") {
        None => Some(text).filter(|text| !text.starts_with("arn:")),
        Some(resource) => resource
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix('/')),
    };
    id.map(str::to_ascii_lowercase)
        .ok_or_else(|| Error::validation(format!("The ARN is not that of a {kind}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789-aaaaaaaa-2222-3333-4444-555555555555";

    #[test]
    fn an_id_may_stand_in_an_arn_of_its_kind() {
        for text in [
            ID.to_owned(),
            ID.to_uppercase(),
            format!("arn:aws:identitystore:::user/{ID}"),
        ] {
            assert_eq!(user_id(&text).unwrap().as_str(), ID, "{text}");
        }
        for text in [
            format!("arn:aws:identitystore:::group/{ID}"),
            format!("arn:aws-cn:identitystore:::user/{ID}"),
            format!("arn:aws:identitystore:::user{ID}"),
        ] {
            assert!(user_id(&text).is_err(), "{text}");
        }
        assert!(group_id(&format!("arn:aws:identitystore:::group/{ID}")).is_ok());
        assert!(membership_id(&format!("arn:aws:identitystore:::membership/{ID}")).is_ok());
    }
}
