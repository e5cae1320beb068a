//! What went wrong, for the person at the terminal: a sentence, its cause, and what helps.

use std::error::Error as StdError;
use std::fmt;

/// Why the program ends, or a part of what it does is left out.
#[derive(Debug)]
pub struct Problem {
    what: String,
    cause: Option<Box<dyn StdError + Send + Sync>>,
    remedy: Option<String>,
}

impl Problem {
    /// A problem without a cause of its own.
    #[must_use]
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cause: None,
            remedy: None,
        }
    }

    /// Turns an error into a problem: `map_err(Problem::because("the tables cannot be opened"))`.
    pub fn because<E>(what: impl Into<String>) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let what = what.into();
        move |cause| Self {
            what,
            cause: Some(cause.into()),
            remedy: None,
        }
    }

    /// With what helps.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)?;
        let mut said = self.what.clone();
        let mut cause = self.cause.as_deref().map(|cause| cause as &dyn StdError);
        while let Some(error) = cause {
            // Wrappers often repeat what they wrap.
            let text = error.to_string();
            if !said.contains(&text) {
                write!(formatter, ": {text}")?;
                said = text;
            }
            cause = error.source();
        }
        match &self.remedy {
            Some(remedy) => write!(formatter, "\n\n{remedy}"),
            None => Ok(()),
        }
    }
}

impl StdError for Problem {}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn a_problem_says_its_cause_and_what_helps() {
        let cause = std::io::Error::other("no room");
        let problem = Problem::because("it failed")(cause).remedy("Make room.");
        assert_eq!(problem.to_string(), "it failed: no room\n\nMake room.");
        assert_eq!(Problem::new("it failed").to_string(), "it failed");
    }
}
