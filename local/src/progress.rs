//! What is going on while something takes long: a line that moves on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line that says what is going on, until it is dropped.
#[derive(Debug)]
pub struct Progress {
    line: ProgressBar,
}

impl Progress {
    /// Begins to show `what`.
    #[must_use]
    pub fn show(what: &str) -> Self {
        if !std::io::stderr().is_terminal() {
            eprintln!("{what} …");
            return Self {
                line: ProgressBar::hidden(),
            };
        }
        let line = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {wide_msg:.dim}") {
            line.set_style(style);
        }
        line.set_prefix(what.to_owned());
        line.enable_steady_tick(Duration::from_millis(100));
        Self { line }
    }

    /// Shows how far it is.
    pub fn detail(&self, detail: &str) {
        self.line.set_message(detail.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.line.finish_and_clear();
    }
}
