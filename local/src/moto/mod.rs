//! The local AWS: moto, a Python program, started beside this one and ended with it.

mod install;

use std::ffi::OsStr;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::data::DataFolder;
use crate::problem::Problem;
use crate::progress::Progress;

/// Ends with this program even when this program is killed.
const SERVER: &str = include_str!("server.py");
/// The port that moto's documentation uses.
const PORT: u16 = 5000;
/// How many ports are tried.
const PORTS: u16 = 100;
/// What moto's random identifiers follow from, so that accounts have the same numbers at every start.
const SEED: u32 = 42;
const LOG: &str = "moto.log";
/// Not `moto.py`: Python would take it for the package.
const SCRIPT: &str = "local_aws.py";
/// The first start compiles the Python code.
const PATIENCE: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(100);

/// A running moto.
#[derive(Debug)]
pub struct Moto {
    child: Child,
    /// Where it answers.
    pub port: u16,
}

impl Moto {
    /// Starts moto, after installing it where `installed` names no `moto_server`. It takes `port` or the next free one.
    pub async fn start(
        folder: &DataFolder,
        installed: Option<&Path>,
        port: Option<u16>,
    ) -> Result<Self, Problem> {
        let python = match installed {
            Some(server) => python_beside(server)?,
            None => install::python_with_moto(folder).await?,
        };
        let progress = Progress::show("Starting the local AWS (moto)");
        let port = free_port(port.unwrap_or(PORT))?;
        let mut moto = Self {
            child: spawn(folder, &python, port)?,
            port,
        };
        let ready = timeout(PATIENCE, moto.ready()).await;
        drop(progress);
        match ready {
            Ok(Ok(())) => Ok(moto),
            Ok(Err(error)) => Err(not_started(folder, error)),
            Err(_) => Err(not_started(folder, io::ErrorKind::TimedOut.into())),
        }
    }

    /// Where it answers.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it, and waits until it has ended.
    pub async fn stop(mut self) {
        drop(self.child.stdin.take());
        if timeout(Duration::from_secs(2), self.child.wait())
            .await
            .is_err()
            && let Err(error) = self.child.kill().await
        {
            tracing::warn!(%error, "the local AWS could not be ended");
        }
    }

    /// Waits until it answers, and sets what its random identifiers follow from.
    async fn ready(&mut self) -> io::Result<()> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!("it ended with {status}")));
            }
            if post(self.port, &format!("/moto-api/seed?a={SEED}"))
                .await
                .unwrap_or_default()
            {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
    }
}

fn spawn(folder: &DataFolder, python: &Path, port: u16) -> Result<Child, Problem> {
    let log = folder.file(LOG);
    let unwritable = format!("{} cannot be written", log.display());
    let log = std::fs::File::create(log).map_err(Problem::because(unwritable.clone()))?;
    let copy = log.try_clone().map_err(Problem::because(unwritable))?;
    let script = folder.file(SCRIPT);
    folder.replace(&script, SERVER.as_bytes())?;
    let mut command = Command::new(python);
    command
        .arg(script)
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        // Without it, moto does not know the policies that AWS manages.
        .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        .stdin(Stdio::piped())
        .stdout(log)
        .stderr(copy)
        .kill_on_drop(true);
    // Ctrl-C is for this program, which then ends moto in its own time.
    #[cfg(unix)]
    command.process_group(0);
    let what = format!("{} cannot be started", python.display());
    command.spawn().map_err(Problem::because(what))
}

/// The Python of the environment that a `moto_server` is in.
fn python_beside(server: &Path) -> Result<PathBuf, Problem> {
    let python = server.with_file_name("python");
    if python.exists() {
        return Ok(python);
    }
    let what = format!(
        "VESTIBULE_MOTO names {}, and there is no python beside it",
        server.display()
    );
    Err(Problem::new(what)
        .remedy("Name the moto_server of a virtual environment, or leave VESTIBULE_MOTO out."))
}

fn free_port(first: u16) -> Result<u16, Problem> {
    let last = first.saturating_add(PORTS);
    (first..=last)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .ok_or_else(|| {
            let what = format!("no port from {first} to {last} is free for the local AWS");
            Problem::new(what).remedy("End what listens there.")
        })
}

fn not_started(folder: &DataFolder, error: io::Error) -> Problem {
    let log = folder.file(LOG);
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.get(lines.len().saturating_sub(5)..);
    let remedy = format!(
        "The end of {}:\n{}\n\nDelete {} to have it installed again.",
        log.display(),
        last.unwrap_or_default().join("\n"),
        folder.file(install::FOLDER).display(),
    );
    Problem::because("the local AWS (moto) did not start")(error).remedy(remedy)
}

/// Sends an empty POST; answers whether it was understood.
async fn post(port: u16, path: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200 "))
}

/// The name of a program, for a message.
fn name(program: &Path) -> String {
    let name = program.file_name().and_then(OsStr::to_str);
    name.unwrap_or("the program").to_owned()
}
