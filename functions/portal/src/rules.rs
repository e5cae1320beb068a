//! Which passwords may be chosen: 8 to 64 characters of four classes, as AWS SSO has it, and not the user's own name.
//! `shared/assets/password.js` shows the same while one types; this decides.

use vestibule_shared::page::PasswordRule;
use vestibule_shared::store::directory::fold;

use crate::hashing::Typed;

/// A user name shorter than this is in too many words to be refused in them.
const SHORTEST_NAME: usize = 3;

/// One rule, and whether a password meets it.
type Rule = (&'static str, &'static str, fn(&str, &str) -> bool);

const RULES: [Rule; 6] = [
    ("length", "8 to 64 characters", |password, _| {
        (8..=64).contains(&password.chars().count())
    }),
    ("lower", "A lower-case letter", |password, _| {
        password.chars().any(char::is_lowercase)
    }),
    ("upper", "An upper-case letter", |password, _| {
        password.chars().any(char::is_uppercase)
    }),
    ("digit", "A digit", |password, _| {
        password.chars().any(char::is_numeric)
    }),
    ("symbol", "A symbol, such as # or !", |password, _| {
        password
            .chars()
            .any(|character| !character.is_alphanumeric())
    }),
    (
        "name",
        "Does not contain your user name",
        |password, name| {
            let name = fold(name);
            name.chars().count() < SHORTEST_NAME || !fold(password).contains(&name)
        },
    ),
];

/// The rules, before a password is typed.
pub(crate) fn open() -> [PasswordRule<'static>; 6] {
    RULES.map(|(id, sentence, _)| PasswordRule {
        id,
        sentence,
        met: None,
    })
}

/// Every rule, with whether `password` meets it for the user called `user_name`.
pub(crate) fn judge(password: &Typed, user_name: &str) -> [PasswordRule<'static>; 6] {
    RULES.map(|(id, sentence, check)| PasswordRule {
        id,
        sentence,
        met: Some(check(password.as_str(), user_name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unmet(password: &str, user_name: &str) -> Vec<&'static str> {
        let judged = judge(&Typed::new(password), user_name).into_iter();
        let unmet = judged.filter(|rule| rule.met == Some(false));
        unmet.map(|rule| rule.id).collect()
    }

    #[test]
    fn a_password_needs_its_length_and_four_classes() {
        assert_eq!(unmet("Correct-Horse-7", "alice"), [""; 0]);
        assert_eq!(unmet("Cor-7se", "alice"), ["length"]);
        assert_eq!(unmet(&format!("Aa-1{}", "x".repeat(60)), "alice"), [""; 0]);
        assert_eq!(
            unmet(&format!("Aa-1{}", "x".repeat(61)), "alice"),
            ["length"]
        );
        assert_eq!(unmet("correct-horse-7", "alice"), ["upper"]);
        assert_eq!(unmet("CORRECT-HORSE-7", "alice"), ["lower"]);
        assert_eq!(unmet("Correct-Horse", "alice"), ["digit"]);
        assert_eq!(unmet("CorrectHorse7", "alice"), ["symbol"]);
        assert_eq!(unmet("Überraschung-٣", "alice"), [""; 0]);
    }

    #[test]
    fn a_password_may_not_contain_the_user_name_in_any_case() {
        assert_eq!(unmet("I-am-ALICE-7", "alice"), ["name"]);
        assert_eq!(unmet("Correct-Horse-7", "al"), [""; 0]);
    }
}
