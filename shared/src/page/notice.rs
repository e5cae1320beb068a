//! Pages that only tell something: that all is done, that one is signed out.

use askama::Template;

use super::{FormAction, Page};

/// A page that says one thing and offers at most one way on.
#[derive(Clone, Copy, Debug, Template)]
#[template(path = "notice.html")]
pub struct NoticePage<'a> {
    /// What happened, in a few words.
    pub title: &'a str,
    /// What that means for the person.
    pub sentence: &'a str,
    /// A link on: path of our own, and what it says.
    pub link: Option<(&'a str, &'a str)>,
}

impl NoticePage<'static> {
    /// Shown after a program was let in: nothing is left to do here.
    #[must_use]
    pub const fn access_allowed() -> Self {
        Self {
            title: "You are signed in",
            sentence: "The program in your terminal goes on by itself. You may close this window.",
            link: None,
        }
    }

    /// Shown after a program was turned away.
    #[must_use]
    pub const fn access_denied() -> Self {
        Self {
            title: "Access denied",
            sentence: "The program was not let in. You may close this window.",
            link: None,
        }
    }

    /// Shown after signing out.
    #[must_use]
    pub const fn signed_out() -> Self {
        Self {
            title: "You are signed out",
            sentence: "AWS consoles and credentials that you opened stay valid until they expire.",
            link: Some(("/start/sign-in", "Sign in again")),
        }
    }

    /// Shown after a password was set.
    #[must_use]
    pub const fn password_set() -> Self {
        Self {
            title: "Your password is set",
            sentence: "Sign in with it from now on. The link you used no longer works.",
            link: Some(("/start/sign-in", "Sign in")),
        }
    }
}

impl Page for NoticePage<'_> {
    fn form_action(&self) -> FormAction<'_> {
        FormAction::Nowhere
    }
}
