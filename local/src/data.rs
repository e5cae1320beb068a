//! The data folder: where the tables, the keys and the local AWS are, who is using it, and what the last start was told.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// The data folder.
#[derive(Debug, Clone)]
pub struct DataFolder {
    path: PathBuf,
}

/// Held while the program runs: one at a time, as the local AWS and the stream's position are one's own.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// What the last start was told and has done; for the other commands, and for the next start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LastStart {
    /// The port that the portal was on.
    pub port: u16,
    /// The value of `--aws`.
    pub aws: String,
    /// Where the local AWS was; `None` for AWS itself.
    pub aws_endpoint: Option<String>,
    /// The port of the local AWS.
    pub aws_port: Option<u16>,
    /// Whether the sample user and what belongs to it were made once.
    pub sample_made: bool,
}

impl DataFolder {
    /// Makes the folder where it is missing. Only its owner may look into it: it holds keys.
    pub fn make(path: &Path) -> Result<Self, Problem> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let what = format!("the folder {} cannot be made", path.display());
        builder.create(path).map_err(Problem::because(what))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// A folder that a start has made.
    pub fn existing(path: &Path) -> Result<Self, Problem> {
        let folder = Self {
            path: path.to_owned(),
        };
        if folder.tables().exists() {
            return Ok(folder);
        }
        let what = format!("there is no data in {} yet", path.display());
        Err(Problem::new(what).remedy("Start Vestibule once: cargo run"))
    }

    /// A file or folder in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The file with the tables.
    #[must_use]
    pub fn tables(&self) -> PathBuf {
        self.file("tables.db")
    }

    /// Takes the folder for this process.
    pub fn lock(&self) -> Result<Lock, Problem> {
        let path = self.file("lock");
        let what = format!("{} cannot be opened", path.display());
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(Problem::because(what.clone()))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => {
                let what = format!("Vestibule is already running on {}", self.path.display());
                Err(Problem::new(what).remedy(
                    "Use the one that runs (cargo run -- info says where it is), end it, or name another folder: --data FOLDER",
                ))
            }
            Err(TryLockError::Error(error)) => Err(Problem::because(what)(error)),
        }
    }

    /// What the last start left behind.
    pub fn last_start(&self) -> Result<LastStart, Problem> {
        let path = self.file("last-start.json");
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map_err(Problem::because(format!(
                "{} cannot be read",
                path.display()
            ))),
            Err(_) => Ok(LastStart::default()),
        }
    }

    /// Leaves something behind for the other commands and the next start.
    pub fn remember(&self, start: &LastStart) -> Result<(), Problem> {
        let path = self.file("last-start.json");
        let text = serde_json::to_string_pretty(start)
            .map_err(Problem::because("the start cannot be described"))?;
        self.replace(&path, text.as_bytes())
    }

    /// Writes a whole file that only its owner may read; whoever reads it sees the old text or the new one.
    pub fn replace(&self, path: &Path, content: &[u8]) -> Result<(), Problem> {
        let written = || -> std::io::Result<()> {
            let new = path.with_extension("new");
            let mut options = OpenOptions::new();
            options.create(true).truncate(true).write(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&new)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&new, path)
        };
        let what = format!("{} cannot be written", path.display());
        written().map_err(Problem::because(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_used_by_one_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::make(&directory.path().join("a/b")).unwrap();
        let first = folder.lock().unwrap();
        let second = folder.lock().unwrap_err().to_string();
        assert!(second.contains("already running"), "{second}");
        drop(first);
        folder.lock().unwrap();
    }

    #[test]
    fn the_last_start_is_remembered() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::make(directory.path()).unwrap();
        assert_eq!(folder.last_start().unwrap().port, 0);
        let start = LastStart {
            port: 8080,
            aws_endpoint: Some("http://127.0.0.1:5000".to_owned()),
            ..LastStart::default()
        };
        folder.remember(&start).unwrap();
        assert_eq!(folder.last_start().unwrap().port, 8080);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_what_is_written() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::make(&directory.path().join("data")).unwrap();
        let path = folder.file("secret");
        folder.replace(&path, b"secret").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&directory.path().join("data")), 0o700);
    }
}
