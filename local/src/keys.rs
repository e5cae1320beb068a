//! The keys of an instance on a laptop, in place of KMS: the key that seals, in a file; and the key that signs, in a
//! file that is sealed with the first.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_shared::sealing::Sealer;
use vestibule_shared::signer::Signer;
use vestibule_shared::{Clock, Random};

use crate::data::DataFolder;
use crate::problem::Problem;

const SEALING: &str = "sealing.key";
const SIGNING: &str = "signing.key";

/// The keys of an instance.
#[derive(Debug, Clone)]
pub struct LocalKeys {
    /// Seals the secrets that must be read back.
    pub sealer: Sealer,
    /// Signs what accounts trust.
    pub signer: Signer,
}

impl LocalKeys {
    /// Reads the keys, and makes those that are missing unless there are tables that were sealed with them.
    pub async fn open(
        folder: &DataFolder,
        (clock, random): (&Clock, &Random),
    ) -> Result<Self, Problem> {
        let sealer = Sealer::file(sealing_key(folder, random)?);
        let path = folder.file(SIGNING);
        if !path.exists() {
            require_no_tables(folder, SIGNING)?;
            let pkcs8 = tokio::task::spawn_blocking(Signer::generate_pkcs8)
                .await
                .map_err(Problem::because("the signing key cannot be made"))?
                .map_err(Problem::because("the signing key cannot be made"))?;
            let sealed = sealer
                .seal(SIGNING, &pkcs8, (clock.now(), random))
                .await
                .map_err(Problem::because("the signing key cannot be sealed"))?;
            folder.replace(&path, sealed.as_bytes())?;
        }
        let unreadable = || format!("the key in {} cannot be read", path.display());
        let sealed = std::fs::read_to_string(&path).map_err(Problem::because(unreadable()))?;
        let pkcs8 = sealer
            .open(SIGNING, sealed.trim(), clock.now())
            .await
            .map_err(Problem::because(unreadable()))?;
        let signer = Signer::local(&pkcs8).map_err(Problem::because(unreadable()))?;
        Ok(Self { sealer, signer })
    }
}

fn sealing_key(folder: &DataFolder, random: &Random) -> Result<[u8; 32], Problem> {
    let path = folder.file(SEALING);
    if !path.exists() {
        require_no_tables(folder, SEALING)?;
        let key = STANDARD.encode(random.bytes::<32>());
        folder.replace(&path, key.as_bytes())?;
    }
    let unreadable = || format!("the key in {} cannot be read", path.display());
    let text = std::fs::read_to_string(&path).map_err(Problem::because(unreadable()))?;
    let bytes = STANDARD
        .decode(text.trim())
        .map_err(Problem::because(unreadable()))?;
    bytes.try_into().map_err(|_| Problem::new(unreadable()))
}

/// With another key nothing in the tables can be opened, and no account trusts what is signed.
fn require_no_tables(folder: &DataFolder, name: &str) -> Result<(), Problem> {
    if !folder.tables().exists() {
        return Ok(());
    }
    let path = folder.file(name);
    let what = format!("the key {} is gone, and the tables need it", path.display());
    Err(Problem::new(what).remedy("Put the file back, or delete the folder to start afresh."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keys_are_made_once_and_never_beside_tables_that_need_others() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::make(directory.path()).unwrap();
        let (clock, random) = (Clock::system(), Random::system());
        let first = LocalKeys::open(&folder, (&clock, &random)).await.unwrap();
        std::fs::write(folder.tables(), "").unwrap();
        let second = LocalKeys::open(&folder, (&clock, &random)).await.unwrap();
        assert_eq!(
            first.signer.public_key_der().await.unwrap(),
            second.signer.public_key_der().await.unwrap()
        );
        std::fs::remove_file(folder.file(SIGNING)).unwrap();
        let gone = LocalKeys::open(&folder, (&clock, &random)).await;
        assert!(gone.unwrap_err().to_string().contains("is gone"));
    }

    #[tokio::test]
    async fn the_signing_key_is_useless_without_the_sealing_key() {
        let directory = tempfile::tempdir().unwrap();
        let folder = DataFolder::make(directory.path()).unwrap();
        let (clock, random) = (Clock::system(), Random::system());
        LocalKeys::open(&folder, (&clock, &random)).await.unwrap();
        std::fs::remove_file(folder.file(SEALING)).unwrap();
        let other = LocalKeys::open(&folder, (&clock, &random)).await;
        assert!(other.unwrap_err().to_string().contains("cannot be read"));
    }
}
