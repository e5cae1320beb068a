//! AWS as a SAML service provider: one for each partition, named in its published metadata
//! (`https://signin.aws.amazon.com/static/saml-metadata.xml` and its siblings).

/// Where a partition takes SAML responses, and as whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceProvider {
    /// Where browsers post the response; its `Recipient`, and so `SAML:aud` in a role's trust policy.
    pub sign_in_endpoint: &'static str,
    /// The `Audience` of its assertions.
    pub audience: &'static str,
}

impl ServiceProvider {
    /// The commercial regions.
    pub const AWS: Self = Self {
        sign_in_endpoint: "https://signin.aws.amazon.com/saml",
        audience: "urn:amazon:webservices",
    };

    /// The regions in China.
    pub const AWS_CHINA: Self = Self {
        sign_in_endpoint: "https://signin.amazonaws.cn/saml",
        audience: "urn:amazon:webservices:cn-north-1",
    };

    /// The regions of the government of the United States.
    pub const AWS_GOV_CLOUD: Self = Self {
        sign_in_endpoint: "https://signin.amazonaws-us-gov.com/saml",
        audience: "urn:amazon:webservices:govcloud",
    };

    /// The one of a partition, as ARNs name it.
    #[must_use]
    pub fn of_partition(partition: &str) -> Option<Self> {
        match partition {
            "aws" => Some(Self::AWS),
            "aws-cn" => Some(Self::AWS_CHINA),
            "aws-us-gov" => Some(Self::AWS_GOV_CLOUD),
            _ => None,
        }
    }
}
