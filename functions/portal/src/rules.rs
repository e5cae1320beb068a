//! Which passwords are taken: what the instance's policy asks for, at first as AWS SSO has it, and never the user's own
//! name. `shared/assets/password.js` shows the same while one types; this decides.

use vestibule_shared::page::PasswordRule;
use vestibule_shared::store::access::PasswordPolicy;
use vestibule_shared::store::directory::fold;

use crate::hashing::Typed;

/// A user name shorter than this is in too many words to be refused in them.
const SHORTEST_NAME: usize = 3;

/// The rules of an instance.
pub(crate) struct Rules {
    policy: PasswordPolicy,
    length: String,
}

/// One rule: what the script calls it, its sentence, and whether a password meets it for a user of this name.
type Rule<'a> = (&'static str, &'a str, fn(&Rules, &str, &str) -> bool);

impl Rules {
    /// What `policy` asks for.
    pub(crate) fn of(policy: PasswordPolicy) -> Self {
        let (least, most) = (policy.minimum_length, PasswordPolicy::LONGEST);
        let length = if least < most {
            format!("{least} to {most} characters")
        } else {
            format!("{most} characters")
        };
        Self { policy, length }
    }

    /// How many characters there must be.
    pub(crate) fn minimum_length(&self) -> u32 {
        self.policy.minimum_length
    }

    /// How many of the last passwords may not be chosen again.
    pub(crate) fn history(&self) -> usize {
        usize::try_from(self.policy.history_count).unwrap_or_default()
    }

    /// The rules, before a password is typed.
    pub(crate) fn open(&self) -> Vec<PasswordRule<'_>> {
        self.shown(|_| None)
    }

    /// Every rule, with whether `password` meets it for the user called `user_name`.
    pub(crate) fn judge(&self, password: &Typed, user_name: &str) -> Vec<PasswordRule<'_>> {
        self.shown(|check| Some(check(self, password.as_str(), user_name)))
    }

    fn shown(
        &self,
        judge: impl Fn(fn(&Self, &str, &str) -> bool) -> Option<bool>,
    ) -> Vec<PasswordRule<'_>> {
        let rules = self.all().into_iter().filter(|(asked, _)| *asked);
        rules
            .map(|(_, (id, sentence, check))| PasswordRule {
                id,
                sentence,
                met: judge(check),
            })
            .collect()
    }

    /// Every rule that there is, with whether it is asked for.
    fn all(&self) -> [(bool, Rule<'_>); 6] {
        let policy = &self.policy;
        [
            (true, ("length", &self.length, Self::has_length)),
            (
                policy.require_lowercase,
                ("lower", "A lower-case letter", |_, password, _| {
                    password.chars().any(char::is_lowercase)
                }),
            ),
            (
                policy.require_uppercase,
                ("upper", "An upper-case letter", |_, password, _| {
                    password.chars().any(char::is_uppercase)
                }),
            ),
            (
                policy.require_numbers,
                ("digit", "A digit", |_, password, _| {
                    password.chars().any(char::is_numeric)
                }),
            ),
            (
                policy.require_symbols,
                ("symbol", "A symbol, such as # or !", |_, password, _| {
                    let mut characters = password.chars();
                    characters.any(|character| !character.is_alphanumeric())
                }),
            ),
            (
                true,
                (
                    "name",
                    "Does not contain your user name",
                    |_, password, name| {
                        let name = fold(name);
                        name.chars().count() < SHORTEST_NAME || !fold(password).contains(&name)
                    },
                ),
            ),
        ]
    }

    fn has_length(&self, password: &str, _: &str) -> bool {
        let length = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
        (self.policy.minimum_length..=PasswordPolicy::LONGEST).contains(&length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unmet(password: &str, user_name: &str) -> Vec<String> {
        unmet_of(PasswordPolicy::default(), password, user_name)
    }

    fn unmet_of(policy: PasswordPolicy, password: &str, user_name: &str) -> Vec<String> {
        let rules = Rules::of(policy);
        let judged = rules.judge(&Typed::new(password), user_name).into_iter();
        let unmet = judged.filter(|rule| rule.met == Some(false));
        unmet.map(|rule| rule.id.to_owned()).collect()
    }

    #[test]
    fn what_the_policy_does_not_ask_for_is_neither_shown_nor_judged() {
        let least = PasswordPolicy {
            minimum_length: 20,
            require_lowercase: false,
            require_uppercase: false,
            require_numbers: false,
            require_symbols: false,
            history_count: 1,
        };
        let rules = Rules::of(least);
        let shown: Vec<_> = rules.open().iter().map(|rule| rule.id).collect();
        assert_eq!(shown, ["length", "name"]);
        assert_eq!(rules.open()[0].sentence, "20 to 64 characters");
        assert_eq!(unmet_of(least, "1234567890123456789", "alice"), ["length"]);
        assert_eq!(unmet_of(least, "12345678901234567890", "alice"), [""; 0]);
        assert_eq!(unmet_of(least, "1234567890alice567890", "alice"), ["name"]);
        let longest = PasswordPolicy {
            minimum_length: 64,
            ..least
        };
        assert_eq!(Rules::of(longest).open()[0].sentence, "64 characters");
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
