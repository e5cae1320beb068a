//! One set of names in environments: the template's, and those that the functions read.

use std::collections::BTreeSet;

use vestibule_tables::{EnvironmentValue, Template};

use crate::sources::{literals_after, texts};

/// What Lambda itself sets.
const LAMBDA: &str = "AWS_REGION";
/// Which name each verb of `Settings` reads, in `shared/src/settings.rs`.
const VERBS: [(&str, &[&str]); 9] = [
    ("settings.directory(", &["DIRECTORY_TABLE"]),
    ("settings.access(", &["ACCESS_TABLE"]),
    ("settings.sessions(", &["SESSIONS_TABLE"]),
    ("settings.keys(", &["KEYS_TABLE"]),
    ("settings.signer(", &["SIGNING_KEY_ID"]),
    ("settings.sealer(", &["SEALING_KEY_ID"]),
    ("settings.region(", &[LAMBDA]),
    ("settings.management_account(", &["MANAGEMENT_ACCOUNT"]),
    (
        "settings.audit(",
        &["AUDIT_TABLE", "AUDIT_RETENTION_DAYS", "MANAGEMENT_ACCOUNT"],
    ),
];

/// The names that the `main` of a function reads.
fn read_by(binary: &str) -> BTreeSet<String> {
    let texts = texts(&format!("functions/{binary}/src"));
    let mut names = BTreeSet::new();
    for text in &texts {
        for (verb, read) in VERBS {
            if text.contains(verb) {
                names.extend(read.iter().map(ToString::to_string));
            }
        }
        for marker in [".table(", ".text("] {
            let literals = literals_after(text, marker).into_iter();
            let read = literals.filter(|literal| is_name(literal));
            names.extend(read.map(str::to_owned));
        }
    }
    names.remove(LAMBDA);
    names
}

/// Whether a text looks like a name in an environment.
fn is_name(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

#[test]
fn a_function_reads_what_the_template_gives_it_and_nothing_else() {
    for function in &Template::embedded().unwrap().functions {
        let given: BTreeSet<String> = function.environment.keys().cloned().collect();
        assert_eq!(read_by(&function.binary), given, "{}", function.binary);
    }
}

#[test]
fn a_name_that_ends_in_table_stands_for_the_table_of_that_name() {
    for function in &Template::embedded().unwrap().functions {
        for (name, value) in &function.environment {
            let Some(table) = name.strip_suffix("_TABLE") else {
                continue;
            };
            let mut letters = table.to_lowercase();
            letters[..1].make_ascii_uppercase();
            let table = EnvironmentValue::Reference(format!("{letters}Table"));
            assert_eq!(*value, table, "{}", function.binary);
        }
    }
}

#[test]
fn the_retention_of_audit_records_is_the_templates_default() {
    let text = std::fs::read_to_string(crate::sources::root().join("template.yaml")).unwrap();
    let (_, parameter) = text.split_once("  AuditRetentionDays:\n").unwrap();
    let (_, default) = parameter.split_once("    Default: ").unwrap();
    let (default, _) = default.split_once('\n').unwrap();
    assert_eq!(
        default.parse(),
        Ok(vestibule::functions::AUDIT_RETENTION_DAYS)
    );
}
