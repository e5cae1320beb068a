//! The regular expressions of the models. They are written for Java, where `\d`, `\w` and `\s` are ASCII and `.`
//! stops at every line terminator; for the engine here they are Unicode and `.` stops at `\n` alone.

use std::sync::OnceLock;

use fancy_regex::{Regex, RegexBuilder};

/// Only patterns with look-around backtrack at all, and the values are short.
const MOST_BACKTRACKING: usize = 10_000;

const DIGIT: &str = "0-9";
const WORD: &str = "A-Za-z0-9_";
const SPACE: &str = r" \t\n\x0B\f\r";
const NOT_LINE_END: &str = r"[^\n\r\x{85}\x{2028}\x{2029}]";

/// A pattern that a value must match as a whole; compiled when first needed.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(super) fn new(source: &str) -> Self {
        Self {
            source: source.to_owned(),
            compiled: OnceLock::new(),
        }
    }

    /// As the model writes it.
    pub(super) fn as_str(&self) -> &str {
        &self.source
    }

    /// A pattern that does not compile, or gives up, matches nothing.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.compiled()
            .is_some_and(|regex| regex.is_match(text).unwrap_or(false))
    }

    fn compiled(&self) -> Option<&Regex> {
        self.compiled
            .get_or_init(|| {
                RegexBuilder::new(&format!(r"\A(?:{})\z", from_java(&self.source)))
                    .backtrack_limit(MOST_BACKTRACKING)
                    .build()
                    .ok()
            })
            .as_ref()
    }
}

fn from_java(source: &str) -> String {
    let mut translated = String::with_capacity(source.len() * 2);
    let mut characters = source.chars();
    let mut in_class = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => escape(characters.next(), in_class, &mut translated),
            '.' if !in_class => translated.push_str(NOT_LINE_END),
            '[' => {
                in_class = true;
                translated.push('[');
            }
            ']' => {
                in_class = false;
                translated.push(']');
            }
            other => translated.push(other),
        }
    }
    translated
}

fn escape(escaped: Option<char>, in_class: bool, translated: &mut String) {
    let set = match escaped {
        Some('d' | 'D') => DIGIT,
        Some('w' | 'W') => WORD,
        Some('s' | 'S') => SPACE,
        other => {
            translated.push('\\');
            translated.extend(other);
            return;
        }
    };
    let negated = escaped.is_some_and(|letter| letter.is_ascii_uppercase());
    match (in_class, negated) {
        (true, false) => translated.push_str(set),
        (false, false) => translated.extend(["[", set, "]"]),
        (_, true) => translated.extend(["[^", set, "]"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Operation;
    use crate::model::shape::{Kind, Shape};

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).matches(text)
    }

    #[test]
    fn a_pattern_matches_the_whole_value() {
        assert!(matches("a|bc", "bc"));
        for text in ["abc", "bca", "bc\n", "", "\nbc"] {
            assert!(!matches("a|bc", text), "{text:?}");
        }
    }

    #[test]
    fn digits_words_and_spaces_are_ascii() {
        assert!(matches(r"\d{12}", "123456789012"));
        assert!(!matches(r"\d{1}", "\u{664}"));
        assert!(matches(r"[\w+=,.@-]+", "a_B-9@x"));
        assert!(!matches(r"[\w+=,.@-]+", "\u{e9}"));
        assert!(!matches(r"[^:\s]", "\t"));
        assert!(matches(r"[^:\s]", "\u{a0}"));
        assert!(matches(r"\D\W\S", "\u{664}\u{e9}\u{a0}"));
    }

    #[test]
    fn a_class_of_everything_has_everything() {
        assert!(matches(r"[\S\s]*", "a \n\u{a0}\u{2028}\u{1f600}"));
    }

    #[test]
    fn a_dot_stops_at_every_line_terminator() {
        assert!(matches("x.", "x\u{1f600}"));
        for end in ["x\n", "x\r", "x\u{85}", "x\u{2028}", "x\u{2029}"] {
            assert!(!matches("x.", end), "{end:?}");
        }
        assert!(!matches(r"x\.", "xy"));
        assert!(!matches("x[.]", "xy"));
    }

    #[test]
    fn properties_and_escapes_stay_as_they_are() {
        assert!(matches(
            r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+",
            "Zo\u{eb}\u{1f600}1!"
        ));
        assert!(!matches(r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", "a b"));
        assert!(matches(r"[\u0009\u0020-\u007E]*", "\t ~"));
        assert!(matches(r"[\[\]\\\/\ ]+", r"[]\/ "));
    }

    #[test]
    fn look_ahead_is_understood() {
        let duration = r"P(?=\d|T\d)(?:(\d+)D)?(?:T(?:(\d+)H)?)?";
        assert!(matches(duration, "PT12H"));
        assert!(!matches(duration, "P"));
    }

    #[test]
    fn a_pattern_that_does_not_compile_matches_nothing() {
        assert!(!matches("(", ""));
    }

    #[test]
    fn a_pattern_that_would_backtrack_for_ever_gives_up() {
        assert!(!matches(r"(?=x)(x+x+)+y\1", &"x".repeat(200)));
    }

    fn patterns_of<'a>(shape: &'a Shape, found: &mut Vec<&'a Pattern>) {
        match &shape.kind {
            Kind::Structure(structure) => {
                structure
                    .members
                    .iter()
                    .for_each(|member| patterns_of(&member.shape, found));
            }
            Kind::List(list) => patterns_of(&list.element, found),
            Kind::Map(map) => [&map.key, &map.value]
                .into_iter()
                .for_each(|shape| patterns_of(shape, found)),
            Kind::Text(text) => found.extend(&text.pattern),
            Kind::Document | Kind::Integer(_) | Kind::Boolean | Kind::Timestamp => {}
        }
    }

    #[test]
    fn every_pattern_of_the_models_compiles() {
        let mut found = Vec::new();
        for operation in Operation::all() {
            patterns_of(&operation.input, &mut found);
            operation
                .output
                .iter()
                .chain(operation.errors.values())
                .for_each(|shape| patterns_of(shape, &mut found));
        }
        let broken: Vec<&str> = found
            .iter()
            .filter(|pattern| pattern.compiled().is_none())
            .map(|pattern| pattern.as_str())
            .collect();
        assert!(broken.is_empty(), "{broken:?}");
        let mut sources: Vec<&str> = found.iter().map(|pattern| pattern.as_str()).collect();
        sources.sort_unstable();
        sources.dedup();
        assert!(sources.len() > 40, "only {} patterns", sources.len());
    }
}
