//! The table is complete, and in print.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

const SERVICES: [(Service, &str); 3] = [
    (Service::SsoAdmin, "sso-admin"),
    (Service::IdentityStore, "identitystore"),
    (Service::Vestibule, "vestibule"),
];
const PRINTED: &str = "../../docs/permissions.md";
const HEAD: &str = "# Who may call what

Every access key has a role. This is what each role may call, printed from the table in
`functions/admin/src/permissions.rs`, which decides. To print it again:

    VESTIBULE_PRINT=1 cargo test -p vestibule-admin --lib permissions
";

fn of(service: Service) -> BTreeSet<&'static str> {
    let all = Operation::all().filter(|operation| operation.service() == service);
    all.map(Operation::name).collect()
}

fn printed() -> String {
    let roles_in_order = Role::ALL.map(|role| format!(" {role} |")).concat();
    let mut lines: Vec<String> = HEAD.lines().map(str::to_owned).collect();
    for (service, name) in SERVICES {
        lines.push(format!("\n## {name}\n\n| operation |{roles_in_order}"));
        lines.push("|---|---|---|---|".to_owned());
        lines.extend(of(service).into_iter().map(|operation| {
            let may = |role| roles(service, operation).contains(&role);
            let marks = Role::ALL.map(|role| if may(role) { " yes |" } else { " |" });
            format!("| `{operation}` |{}", marks.concat())
        }));
    }
    lines.join("\n") + "\n"
}

#[test]
fn every_operation_has_one_line_and_there_are_no_others() {
    for (service, name) in SERVICES {
        let lines: BTreeSet<_> = lines(service).iter().map(|(name, _)| *name).collect();
        assert_eq!(lines.len(), super::lines(service).len(), "{name}");
        let missing: Vec<_> = of(service).difference(&lines).copied().collect();
        assert!(missing.is_empty(), "{name}: nobody may call {missing:?}");
        let unknown: Vec<_> = lines.difference(&of(service)).copied().collect();
        assert!(unknown.is_empty(), "{name}: not in the model: {unknown:?}");
    }
}

#[test]
fn an_administrator_may_call_everything_and_what_has_no_line_is_nobodys() {
    for operation in Operation::all() {
        assert!(permits(operation, Role::Administrator));
    }
    assert!(roles(Service::Vestibule, "Nonsense").is_empty());
}

#[test]
fn only_what_reads_is_an_auditors() {
    for operation in Operation::all() {
        let name = operation.name();
        let reads = ["Describe", "Get", "Is", "List", "Lookup"];
        let reads = reads.iter().any(|verb| name.starts_with(verb));
        assert_eq!(permits(operation, Role::Auditor), reads, "{name}");
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says whether to print"
)]
fn the_documentation_prints_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PRINTED);
    if std::env::var("VESTIBULE_PRINT").is_ok() {
        std::fs::write(&path, printed()).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == printed(),
        "docs/permissions.md is not what the table says; print it again as it says itself"
    );
}
