//! Measures the release build on this machine: `make bench`. Every figure stands beside its limit or its peer of the same
//! run, because machines differ and are shared; what it means stands in `docs/performance.md`.
//!
//! Each part runs in a process of its own, so that its processor time and its memory are its own.

mod admin;
mod connector;
mod cost;
mod figure;
mod organization;
mod provisioning;
mod reads;
mod saml;
mod start;

// The simulated IAM of the provisioning function's tests, with what they make of it.
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "written for tests, where these are allowed, and more of it than is used here"
)]
#[path = "../../functions/provision/tests/it/fake_aws/mod.rs"]
mod fake_aws;
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "written for tests, where these are allowed, and more of it than is used here"
)]
#[path = "../../functions/provision/tests/it/steps.rs"]
mod steps;

use std::process::Command;

use figure::Size;

/// Why something could not be measured.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;
/// A measurement, or why there is none.
pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The parts, in the order in which they run.
const PARTS: &[&str] = &["saml", "reads", "start", "provisioning", "admin"];

/// Makes everything small, to see whether it runs at all.
const QUICK: &str = "quick";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == QUICK);
    let named: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| *argument != QUICK)
        .collect();
    if let Some(unknown) = named.iter().find(|name| !PARTS.contains(name)) {
        return Err(format!("there is no part `{unknown}`; there are {PARTS:?}").into());
    }
    if let [part] = named.as_slice() {
        return measure(part, if quick { Size::Quick } else { Size::Whole });
    }
    figure::circumstances();
    for part in PARTS {
        if named.is_empty() || named.contains(part) {
            let quick = quick.then_some(QUICK);
            let this = std::env::current_exe()?;
            let status = Command::new(this).arg(part).args(quick).status()?;
            if !status.success() {
                println!("{part}: not measured ({status})");
            }
        }
    }
    Ok(())
}

fn measure(part: &str, size: Size) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match part {
        "saml" => runtime.block_on(saml::run(size)),
        "reads" => runtime.block_on(reads::run(size)),
        "start" => runtime.block_on(start::run(size)),
        "provisioning" => runtime.block_on(provisioning::run(size)),
        _ => runtime.block_on(admin::run(size)),
    }
}
