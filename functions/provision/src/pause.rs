//! Waiting, as a value that is handed in, so that tests need not.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

type Waited = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Waits for some time. Cheap to clone.
#[derive(Clone)]
pub struct Pause(Arc<dyn Fn(Duration) -> Waited + Send + Sync>);

impl Pause {
    /// Waits by awaiting what `wait` answers; tests hand in one that moves their clock.
    pub fn new<F>(wait: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(move |duration| Box::pin(wait(duration))))
    }

    /// Really waits.
    #[must_use]
    pub fn system() -> Self {
        Self::new(tokio::time::sleep)
    }

    pub(crate) async fn wait(&self, duration: Duration) {
        (self.0)(duration).await;
    }
}

impl fmt::Debug for Pause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pause")
    }
}
