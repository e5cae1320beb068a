//! Which AWS the program talks to: moto beside it, an emulator that runs already, or AWS itself.

use std::str::FromStr;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use url::Url;

use crate::problem::Problem;

/// The region of everything that is not AWS itself.
pub const REGION: &str = vestibule_tables::REGION;

/// The value of `--aws`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aws {
    /// Moto, started by the program.
    Moto,
    /// AWS itself, with the credentials that the shell has.
    Real,
    /// An emulator at this address.
    Emulator(String),
}

impl FromStr for Aws {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "moto" => Ok(Self::Moto),
            "real" => Ok(Self::Real),
            other => match Url::parse(other) {
                Ok(url) if matches!(url.scheme(), "http" | "https") => {
                    Ok(Self::Emulator(other.trim_end_matches('/').to_owned()))
                }
                _ => Err("not moto, real, or the URL of an emulator".to_owned()),
            },
        }
    }
}

impl std::fmt::Display for Aws {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Moto => "moto",
            Self::Real => "real",
            Self::Emulator(url) => url,
        })
    }
}

/// What clients of an emulator are configured with. Nothing of the shell's own AWS settings is read.
#[must_use]
pub fn emulator(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("vestibule", "vestibule", None, None, "vestibule");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// What clients of AWS itself are configured with, and the region that they are in.
pub async fn real() -> Result<(SdkConfig, String), Problem> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let region = config.region().map(ToString::to_string).ok_or_else(|| {
        Problem::new("the shell's AWS settings name no region")
            .remedy("Set AWS_REGION, or a region in the profile that AWS_PROFILE names.")
    })?;
    Ok((config, region))
}

#[cfg(test)]
mod tests {
    use super::Aws;

    #[test]
    fn an_emulator_is_named_by_its_address() {
        assert_eq!("moto".parse(), Ok(Aws::Moto));
        assert_eq!("real".parse(), Ok(Aws::Real));
        let emulator = Aws::Emulator("http://127.0.0.1:4566".to_owned());
        assert_eq!("http://127.0.0.1:4566/".parse(), Ok(emulator.clone()));
        assert_eq!(emulator.to_string().parse(), Ok(emulator));
        for refused in ["", "fake", "localhost:4566", "ftp://localhost"] {
            assert!(refused.parse::<Aws>().is_err(), "{refused}");
        }
    }
}
