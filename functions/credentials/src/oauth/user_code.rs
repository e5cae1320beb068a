//! The code that a person reads off one screen and types into another (RFC 8628 §6.1).

use std::fmt;

use serde::{Deserialize, Serialize};
use vestibule_shared::Random;

/// Twenty consonants: no two look alike, and no code is a word.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LETTERS: usize = 8;

/// A user code: `XXXX-XXXX`, one of 2.5·10¹⁰.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct UserCode(String);

impl UserCode {
    pub(crate) fn generate(random: &Random) -> Self {
        // 64 bits for 35: the bias is one in 10⁸.
        let mut number = u64::from_be_bytes(random.bytes());
        let letters = std::iter::repeat_with(|| {
            let index = usize::try_from(number % 20).unwrap_or_default();
            number /= 20;
            ALPHABET.get(index).copied().map_or('B', char::from)
        });
        Self::with_hyphen(letters.take(LETTERS))
    }

    /// What somebody typed: case, hyphens and spaces do not count.
    pub(crate) fn parse(typed: &str) -> Option<Self> {
        let letters: Vec<char> = typed
            .chars()
            .filter(|letter| *letter != '-' && !letter.is_whitespace())
            .take(LETTERS + 1)
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let known =
            |letter: &char| u8::try_from(*letter).is_ok_and(|byte| ALPHABET.contains(&byte));
        (letters.len() == LETTERS && letters.iter().all(known))
            .then(|| Self::with_hyphen(letters.into_iter()))
    }

    fn with_hyphen(letters: impl Iterator<Item = char>) -> Self {
        let mut code = String::with_capacity(LETTERS + 1);
        for (index, letter) in letters.enumerate() {
            if index == LETTERS / 2 {
                code.push('-');
            }
            code.push(letter);
        }
        Self(code)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = Some(UserCode("BCDF-GHJK".to_owned()));
        for typed in [
            "BCDF-GHJK",
            "bcdfghjk",
            " bcdf ghjk ",
            "b-c-d-f-g-h-j-k",
            "BCDF\u{a0}GHJK",
        ] {
            assert_eq!(UserCode::parse(typed), code, "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for typed in [
            "",
            "BCDF-GHJ",
            "BCDF-GHJKL",
            "ACDF-GHJK",
            "BCDF–GHJK",
            "1CDF-GHJK",
            "ſCDFGHJK",
        ] {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn every_generated_code_parses_as_itself(seed in any::<[u8; 8]>()) {
            let random = Random::new(move |buffer| buffer.copy_from_slice(&seed[..buffer.len()]));
            let code = UserCode::generate(&random);
            prop_assert_eq!(UserCode::parse(code.as_str()), Some(code));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
            let _ = UserCode::parse(&text);
        }
    }
}
