//! Installs moto into a virtual environment of its own, once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::name;
use crate::data::DataFolder;
use crate::problem::Problem;
use crate::progress::Progress;

pub(super) const FOLDER: &str = "venv";
const PACKAGE: &str = "moto[server]==5.2.5";
/// Says that the installation was completed, and of what.
const COMPLETE: &str = "installed";

const NO_PYTHON: &str = "\
The local AWS needs Python 3.11 or newer with its venv module.
  Debian, Ubuntu: sudo apt install python3 python3-venv
  Fedora:         sudo dnf install python3
  macOS:          brew install python
Without it, run against an AWS account instead: cargo run -- --aws real";

/// The Python of an environment that has moto.
pub(super) async fn python_with_moto(folder: &DataFolder) -> Result<PathBuf, Problem> {
    let environment = folder.file(FOLDER);
    let python = environment.join("bin/python");
    let complete = environment.join(COMPLETE);
    if python.exists() && fs::read_to_string(&complete).is_ok_and(|text| text == PACKAGE) {
        return Ok(python);
    }
    let progress = Progress::show("Installing the local AWS (moto), once");
    make_environment(&environment).await?;
    install(&python, &progress).await?;
    let what = format!("{} cannot be written", complete.display());
    fs::write(&complete, PACKAGE).map_err(Problem::because(what))?;
    Ok(python)
}

async fn make_environment(environment: &Path) -> Result<(), Problem> {
    if environment.exists() {
        // What an interrupted installation left, or another version's.
        let what = format!("{} cannot be removed", environment.display());
        fs::remove_dir_all(environment).map_err(Problem::because(what))?;
    }
    let made = Command::new("python3")
        .args(["-m", "venv"])
        .arg(environment)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| Problem::because("python3 cannot be started")(error).remedy(NO_PYTHON))?;
    if made.status.success() {
        return Ok(());
    }
    let what = format!(
        "python3 cannot make a virtual environment: {}",
        end_of(&made)
    );
    Err(Problem::new(what).remedy(NO_PYTHON))
}

async fn install(python: &Path, progress: &Progress) -> Result<(), Problem> {
    let mut pip = Command::new(python)
        .args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            PACKAGE,
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(Problem::because(format!(
            "{} cannot be started",
            name(python)
        )))?;
    if let Some(output) = pip.stdout.take() {
        let mut lines = BufReader::new(output).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            progress.detail(line.trim());
        }
    }
    let ended = pip
        .wait_with_output()
        .await
        .map_err(Problem::because("pip did not end"))?;
    if ended.status.success() {
        return Ok(());
    }
    let what = format!("pip cannot install {PACKAGE}: {}", end_of(&ended));
    Err(Problem::new(what).remedy(
        "pip needs the network the first time; behind a proxy or a mirror, set HTTPS_PROXY or PIP_INDEX_URL. \
         If a moto_server is installed in a virtual environment already, name it in VESTIBULE_MOTO.",
    ))
}

/// The last lines that a program wrote to its error output, or to its output.
fn end_of(output: &Output) -> String {
    let written = if output.stderr.is_empty() {
        &output.stdout
    } else {
        &output.stderr
    };
    let text = String::from_utf8_lossy(written);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = lines.get(lines.len().saturating_sub(4)..);
    last.unwrap_or_default().join("\n")
}
