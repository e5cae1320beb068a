//! What was applied, in 64 characters: as long as they are the same, nothing is to be called.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

use super::WantedRole;

/// SHA-256, in hexadecimal, of a role and of the metadata by which its account knows the instance.
pub(crate) fn fingerprint(
    wanted: &WantedRole,
    provider_metadata: &str,
) -> Result<String, serde_json::Error> {
    // Canonical: members in the order of the type, sets and maps sorted.
    let rendering = serde_json::to_vec(&(wanted, provider_metadata))?;
    Ok(HEXLOWER.encode(digest(&SHA256, &rendering).as_ref()))
}
