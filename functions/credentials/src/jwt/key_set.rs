//! The keys that an issuer publishes (RFC 7517). "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" values
//! that are not understood" (§5): so with every key that is not accepted here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::algorithm::{Algorithm, PublicKey};
use super::{Flaw, strict_json};

/// A set has a handful. Further keys are not read.
const MOST_KEYS: usize = 64;
/// How many keys a token without key id is tried with.
const MOST_TRIED: usize = 4;
/// NIST SP 800-131A and RFC 7518 §3.3: "A key of size 2048 bits or larger MUST be used".
const SMALLEST_MODULUS: usize = 2048;
const LARGEST_MODULUS: usize = 8192;
/// FIPS 186-5 §5.4: an odd exponent above 2^16.
const SMALLEST_EXPONENT: u64 = 65_537;

/// The keys of an issuer that signatures are accepted of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    id: Option<String>,
    /// What it is for, if it says.
    algorithm: Option<Algorithm>,
    material: PublicKey,
}

impl KeySet {
    /// Reads a key set; `None` when it is not one.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let document = strict_json::parse(bytes)?;
        let keys = document.get("keys")?.as_array()?.iter().take(MOST_KEYS);
        Some(Self {
            keys: keys.filter_map(|key| Key::read(key.as_object()?)).collect(),
        })
    }

    /// Whether a token that names its key so can be checked with these.
    pub(crate) fn knows(&self, key_id: Option<&str>) -> bool {
        match key_id {
            Some(id) => self.keys.iter().any(|key| key.id.as_deref() == Some(id)),
            None => !self.keys.is_empty(),
        }
    }

    /// Verifies a signature with the key of that id, or, when none is named, with each that fits.
    pub(super) fn verify(
        &self,
        (algorithm, key_id): (Algorithm, Option<&str>),
        (message, signature): (&[u8], &[u8]),
    ) -> Result<(), Flaw> {
        let mut fitting = self
            .keys
            .iter()
            .filter(|key| key_id.is_none_or(|id| key.id.as_deref() == Some(id)))
            .filter(|key| key.is_for(algorithm))
            .take(MOST_TRIED)
            .peekable();
        if fitting.peek().is_none() {
            return Err(Flaw::UnknownKey);
        }
        if fitting.any(|key| algorithm.verify(&key.material, message, signature)) {
            Ok(())
        } else {
            Err(Flaw::Signature)
        }
    }
}

impl Key {
    /// A key that may verify signatures, by an algorithm that is accepted.
    fn read(members: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| members.get(name).map(|value| value.as_str().ok_or(()));
        let text = |name: &str| text(name).transpose();
        // RFC 7517 §4.2 and §4.3: what a key is not for, it is not used for.
        let for_signatures = text("use").ok()?.is_none_or(|purpose| purpose == "sig");
        let verifies = match members.get("key_ops") {
            None => true,
            Some(operations) => operations.as_array()?.iter().any(|one| one == "verify"),
        };
        if !for_signatures || !verifies {
            return None;
        }
        let algorithm = match text("alg").ok()? {
            None => None,
            Some(name) => Some(Algorithm::parse(name)?),
        };
        let material = match text("kty").ok()?? {
            "RSA" => rsa(&bytes(members, "n")?, &bytes(members, "e")?)?,
            "EC" => point(text("crv").ok()??, members)?,
            _ => return None,
        };
        let fits = algorithm.is_none_or(|algorithm| algorithm.fits(&material));
        fits.then_some(Self {
            id: text("kid").ok()?.map(str::to_owned),
            algorithm,
            material,
        })
    }

    fn is_for(&self, algorithm: Algorithm) -> bool {
        self.algorithm.is_none_or(|own| own == algorithm) && algorithm.fits(&self.material)
    }
}

fn bytes(members: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    let text = members.get(name)?.as_str()?;
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<PublicKey> {
    let trimmed = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes.get(zeros..).map(<[u8]>::to_vec)
    };
    let (modulus, exponent) = (trimmed(modulus)?, trimmed(exponent)?);
    let leading = modulus.first()?.leading_zeros();
    let bits = modulus.len() * 8 - usize::try_from(leading).ok()?;
    let is_odd = |bytes: &[u8]| bytes.last().is_some_and(|byte| byte % 2 == 1);
    // More than 33 bits is nobody's exponent, and only makes verifying slow.
    let value = (exponent.len() <= 5).then(|| {
        let bytes = exponent.iter();
        bytes.fold(0_u64, |value, byte| value << 8 | u64::from(*byte))
    })?;
    let accepted = (SMALLEST_MODULUS..=LARGEST_MODULUS).contains(&bits)
        && is_odd(&modulus)
        && is_odd(&exponent)
        && (SMALLEST_EXPONENT..1 << 33).contains(&value);
    accepted.then_some(PublicKey::Rsa { modulus, exponent })
}

/// RFC 7518 §6.2.1: the coordinates have the length of the curve. Whether the point is on it, verifying finds out.
fn point(curve: &str, members: &Map<String, Value>) -> Option<PublicKey> {
    let (x, y) = (bytes(members, "x")?, bytes(members, "y")?);
    let point = [&[4_u8][..], &x, &y].concat();
    match (curve, x.len(), y.len()) {
        ("P-256", 32, 32) => Some(PublicKey::P256(point)),
        ("P-384", 48, 48) => Some(PublicKey::P384(point)),
        _ => None,
    }
}
