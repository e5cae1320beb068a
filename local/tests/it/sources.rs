//! The functions' sources, for what only they tell.

use std::path::{Path, PathBuf};

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text of every Rust file under a folder of the project.
pub(crate) fn texts(folder: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                texts.push(std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    texts
}

/// The text literals that follow each `marker`, such as the paths after `.route(`.
pub(crate) fn literals_after<'a>(text: &'a str, marker: &str) -> Vec<&'a str> {
    let parts = text.split(marker).skip(1);
    let literals = parts.filter_map(|part| {
        let literal = part.trim_start().strip_prefix('"')?;
        literal.split_once('"').map(|(literal, _)| literal)
    });
    literals.collect()
}
