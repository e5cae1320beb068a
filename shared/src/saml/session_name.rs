//! `RoleSessionName`: the name under which a person appears in an account's CloudTrail.

/// STS takes 2 to 64 of `[\w+=,.@-]`, ASCII only.
const SHORTEST: usize = 2;
const LONGEST: usize = 64;
const SUFFIX_DIGITS: usize = 8;

/// The user name where STS takes it as it is; otherwise its longest ASCII-safe beginning, a hyphen and
/// the last eight hexadecimal digits of the user's id (the first ones can be the identity store's,
/// equal for all its users).
#[must_use]
pub fn role_session_name(user_name: &str, user_id: &str) -> String {
    if is_session_name(user_name) {
        return user_name.to_owned();
    }
    let safe: String = user_name
        .chars()
        .take_while(|&character| is_safe(character))
        .take(LONGEST - SUFFIX_DIGITS - 1)
        .collect();
    let prefix = if safe.is_empty() { "user" } else { &safe };
    let digits: Vec<char> = user_id.chars().filter(char::is_ascii_hexdigit).collect();
    let suffix: String = digits
        .iter()
        .skip(digits.len().saturating_sub(SUFFIX_DIGITS))
        .collect();
    format!("{prefix}-{}", suffix.to_ascii_lowercase())
}

/// Whether STS takes this as `RoleSessionName` or `SourceIdentity`.
pub(super) fn is_session_name(text: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&text.len()) && text.chars().all(is_safe)
}

fn is_safe(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_+=,.@-".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "906777a6bc-2f1c8b1e-5d3f-4c57-9a40-7d1f00AbCdEf";

    #[test]
    fn a_valid_user_name_is_taken_as_it_is() {
        for name in ["jo", "ada@example.com", "a_b+c=d,e.f-g", &"x".repeat(64)] {
            assert_eq!(role_session_name(name, ID), name);
        }
    }

    #[test]
    fn any_other_user_name_is_cut_and_told_apart_by_the_id() {
        assert_eq!(role_session_name("j", ID), "j-00abcdef");
        assert_eq!(role_session_name("józef@example.com", ID), "j-00abcdef");
        assert_eq!(role_session_name("Ada Lovelace", ID), "Ada-00abcdef");
        assert_eq!(role_session_name("Ölaf", ID), "user-00abcdef");
        assert_eq!(role_session_name("", ID), "user-00abcdef");
        assert_eq!(
            role_session_name(&"y".repeat(65), ID),
            format!("{}-00abcdef", "y".repeat(55))
        );
    }

    proptest! {
        #[test]
        fn every_user_name_becomes_a_session_name(name in any::<String>()) {
            prop_assert!(is_session_name(&role_session_name(&name, ID)));
        }
    }
}
