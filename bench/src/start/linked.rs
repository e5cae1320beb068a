//! How many crates a binary is made of, by cargo's own account.

use std::collections::BTreeSet;
use std::process::Command;

use crate::Result;
use crate::figure::{Aim, Figure, Spread, number};

/// What an empty Lambda has to have.
const RUNTIME: &str = "lambda_http";

/// Prints a line for each binary but the first, which is the empty one.
pub(super) fn print(binaries: &[&str]) {
    let empty = match crates(RUNTIME) {
        Ok(empty) => empty,
        Err(error) => {
            println!("crates: not measured ({error})");
            return;
        }
    };
    for binary in binaries.iter().skip(1) {
        let Ok(linked) = crates(&format!("vestibule-{binary}")) else {
            continue;
        };
        Figure {
            name: &format!("{binary}: crates linked"),
            ours: linked.to_string(),
            beside: format!("{empty} empty"),
            ratio: Some(Spread::exact(number(linked) / number(empty))),
            aim: Aim::None,
        }
        .print();
    }
}

/// The crates of a package with all that it is made of; what only runs while it is built is not counted.
fn crates(package: &str) -> Result<usize> {
    let output = Command::new("cargo")
        .args([
            "tree",
            "--offline",
            "--locked",
            "--edges",
            "normal,no-proc-macro",
        ])
        .args(["--prefix", "none", "--format", "{p}", "--package", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = String::from_utf8(output.stdout)?;
    // A crate that was listed before comes again, marked.
    let names = text.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?))
    });
    Ok(names.collect::<BTreeSet<_>>().len())
}
