//! Randomness, as a value that is handed in, so that a test can foresee every identifier.

use std::fmt;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use uuid::Uuid;

/// A source of random bytes. Cheap to clone; every function's `Context` carries one.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

impl Random {
    /// A source that fills a buffer by calling `fill`; anything but the system's is for tests.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// The cryptographic generator of the machine. Only `main` and `local` call this.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe can be done then.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|buffer| {
            #[expect(
                clippy::expect_used,
                reason = "no identifier or secret may be made without randomness"
            )]
            aws_lc_rs::rand::fill(buffer).expect("the operating system gives random bytes");
        })
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        (self.0)(&mut buffer);
        buffer
    }

    /// `2 * N` lower-case hexadecimal digits.
    #[must_use]
    pub fn hex<const N: usize>(&self) -> String {
        HEXLOWER.encode(&self.bytes::<N>())
    }

    /// A version 4 UUID (RFC 9562 §5.4).
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Random")
    }
}
