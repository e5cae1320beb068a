//! Argon2id (RFC 9106) over the NFKC form of a password, with the parameters that OWASP's cheat sheet begins with:
//! 19 MiB, two passes, one lane.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use unicode_normalization::UnicodeNormalization;
use vestibule_shared::Random;

/// The hash of a password that nobody has, for users who have none: they take as long as others.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$dmVzdGlidWxlLW5vYm9keQ$\
                       QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";

/// The machine cannot hash: memory is short, or a stored hash does not read as one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HashingError {
    /// Argon2 refused.
    #[error("argon2 failed: {0}")]
    Argon2(password_hash::Error),
    /// The computation was dropped.
    #[error("the computation was dropped")]
    Dropped(#[source] tokio::task::JoinError),
}

/// A password as somebody typed it, in the form that is hashed. Shown nowhere.
#[derive(Clone)]
pub(crate) struct Typed(String);

impl Typed {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.nfkc().collect())
    }

    /// The characters, for the rules.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A new hash with a salt of its own: a PHC string.
    pub(crate) async fn hash(&self, random: &Random) -> Result<String, HashingError> {
        let (password, salt) = (self.clone(), random.bytes::<16>());
        aside(move || {
            let hash: PasswordHash =
                Argon2::default().hash_password_with_salt(password.0.as_bytes(), &salt)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether this is the password with `hash`; without one the answer is no, after the same time.
    pub(crate) async fn matches(&self, hash: Option<&str>) -> Result<bool, HashingError> {
        let (password, hash) = (self.clone(), hash.map(str::to_owned));
        aside(move || {
            let equal = verify(&password.0, hash.as_deref().unwrap_or(NOBODYS))?;
            Ok(equal && hash.is_some())
        })
        .await
    }

    /// Whether this is the password with one of `hashes`.
    pub(crate) async fn is_among(&self, hashes: &[String]) -> Result<bool, HashingError> {
        let (password, hashes) = (self.clone(), hashes.to_owned());
        aside(move || {
            for hash in &hashes {
                if verify(&password.0, hash)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }
}

fn verify(password: &str, hash: &str) -> Result<bool, password_hash::Error> {
    match Argon2::default().verify_password(password.as_bytes(), &PasswordHash::new(hash)?) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Runs what keeps a processor busy where it does not hold up other requests.
async fn aside<T: Send + 'static>(
    compute: impl FnOnce() -> Result<T, password_hash::Error> + Send + 'static,
) -> Result<T, HashingError> {
    let computed = tokio::task::spawn_blocking(compute).await;
    computed
        .map_err(HashingError::Dropped)?
        .map_err(HashingError::Argon2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_hash_in_any_composition() {
        let hash = Typed::new("Fa\u{e7}ade-1").hash(&Random::system()).await;
        let hash = hash.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let decomposed = Typed::new("Fac\u{327}ade-1");
        assert!(decomposed.matches(Some(&hash)).await.unwrap());
        assert!(!Typed::new("facade-1").matches(Some(&hash)).await.unwrap());
        assert!(decomposed.is_among(&[hash]).await.unwrap());
    }

    #[tokio::test]
    async fn nobodys_password_matches_nothing_but_costs_the_same() {
        let hash = PasswordHash::new(NOBODYS).unwrap();
        assert_eq!(hash.params.to_string(), "m=19456,t=2,p=1");
        assert!(!Typed::new("").matches(None).await.unwrap());
    }
}
