//! The signed response that lets a person into a role of an AWS account (SAML profiles §4.1.4.2), for
//! the console's sign-in endpoint and for `sts:AssumeRoleWithSAML` alike.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};

use super::canonical::{NotXml, Writer};
use super::session_name::is_session_name;
use super::signature::SignedInfo;
use super::{ASSERTION, MessageId, PERSISTENT, PROTOCOL, instant};
use crate::signer::{self, Signer};

/// How long AWS may take the response, and how far its clock may be behind ours.
const LIFETIME: SignedDuration = SignedDuration::from_mins(5);
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// STS takes at most so many characters of base64.
const LONGEST: usize = 100_000;

const SESSION_SECONDS: std::ops::RangeInclusive<u64> = 900..=43_200;
const MOST_TAGS: usize = 50;
const LONGEST_TAG_KEY: usize = 128;
const LONGEST_TAG_VALUE: usize = 256;

const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes/";
const URI_NAME: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";

/// What a response says. All of it must have been decided: nothing here looks at who may do what.
#[derive(Debug, Clone)]
pub struct Response<'a> {
    /// Our entity ID, as the account's SAML provider knows it.
    pub issuer: &'a str,
    /// Where the response is going ([`super::ServiceProvider::sign_in_endpoint`]).
    pub recipient: &'a str,
    /// For whom it is ([`super::ServiceProvider::audience`]).
    pub audience: &'a str,
    /// The role to assume.
    pub role_arn: &'a str,
    /// Our SAML provider in the role's account.
    pub provider_arn: &'a str,
    /// The persistent name of the person: their id in the identity store.
    pub name_id: &'a str,
    /// [`super::role_session_name`].
    pub role_session_name: &'a str,
    /// Whom CloudTrail names for everything done in the session, through further roles too.
    pub source_identity: &'a str,
    /// How long the console session may last: 15 minutes to 12 hours.
    pub session_duration: Duration,
    /// Session tags, for access control by attributes.
    pub principal_tags: &'a BTreeMap<String, String>,
    /// The ID of the message, random.
    pub response_id: &'a MessageId,
    /// The ID of the assertion in it, random, another one.
    pub assertion_id: &'a MessageId,
    /// Now.
    pub issue_instant: Timestamp,
    /// When the person signed in.
    pub authentication_instant: Timestamp,
}

/// A response that AWS takes. Whoever holds it can enter the account, so nothing prints it.
#[derive(Clone)]
pub struct SignedResponse {
    xml: String,
}

/// Why there is no response. Each is a mistake of ours or of the data, never of the caller.
#[derive(Debug, thiserror::Error)]
pub enum ResponseError {
    /// A value cannot stand in XML.
    #[error("the response would not be XML")]
    Text(#[from] NotXml),
    /// AWS would refuse this member.
    #[error("AWS would refuse the response's {0}")]
    Refused(&'static str),
    /// STS would not take so much. Only the tags vary so far.
    #[error("the response is longer than STS takes")]
    Length,
    /// There is no signature.
    #[error("the response could not be signed")]
    Signer(#[from] signer::Error),
}

impl Response<'_> {
    /// Writes and signs it. `certificate_base64` is the DER certificate of the signer's key, without line breaks.
    pub async fn sign(
        &self,
        signer: &Signer,
        certificate_base64: &str,
    ) -> Result<SignedResponse, ResponseError> {
        self.check()?;
        let info = SignedInfo::of(self.assertion_id, &self.assertion("")?);
        let value = signer.sign(info.canonical()?.as_bytes()).await?;
        let signature = info.signature(&value, certificate_base64)?;
        let response = SignedResponse {
            xml: self.message(&self.assertion(&signature)?)?,
        };
        // As many characters as its base64 has.
        if response.xml.len().div_ceil(3) * 4 > LONGEST {
            return Err(ResponseError::Length);
        }
        Ok(response)
    }

    /// What AWS is known to refuse, found before anything is signed.
    fn check(&self) -> Result<(), ResponseError> {
        let refuse = |refused, member| {
            if refused {
                Err(ResponseError::Refused(member))
            } else {
                Ok(())
            }
        };
        refuse(!same_account(self.role_arn, self.provider_arn), "Role")?;
        refuse(!is_session_name(self.role_session_name), "RoleSessionName")?;
        refuse(!is_session_name(self.source_identity), "SourceIdentity")?;
        refuse(
            !SESSION_SECONDS.contains(&self.session_duration.as_secs()),
            "SessionDuration",
        )?;
        refuse(!are_session_tags(self.principal_tags), "PrincipalTag")
    }

    /// The message around an assertion. Its own issuer must be the same (SAML profiles §4.1.4.2).
    fn message(&self, assertion: &str) -> Result<String, ResponseError> {
        let root = [
            ("xmlns:samlp", PROTOCOL),
            ("Destination", self.recipient),
            ("ID", self.response_id.as_str()),
            ("IssueInstant", &instant(self.issue_instant)),
            ("Version", "2.0"),
        ];
        let mut writer = Writer::default();
        writer.element("samlp:Response", &root, |response| {
            response.leaf("saml:Issuer", &[("xmlns:saml", ASSERTION)], self.issuer);
            response.element("samlp:Status", &[], |status| {
                let success = "urn:oasis:names:tc:SAML:2.0:status:Success";
                status.empty("samlp:StatusCode", &[("Value", success)]);
            });
            response.canonical(assertion);
        });
        Ok(writer.finish()?)
    }

    /// The assertion, with this signature (or none, for its digest) after the issuer.
    fn assertion(&self, signature: &str) -> Result<String, ResponseError> {
        let range = |time: Result<Timestamp, _>| {
            time.map(instant)
                .map_err(|_| ResponseError::Refused("time"))
        };
        let not_before = range(self.issue_instant.checked_sub(SKEW))?;
        let not_after = range(self.issue_instant.checked_add(LIFETIME))?;
        let root = [
            ("xmlns:saml", ASSERTION),
            ("ID", self.assertion_id.as_str()),
            ("IssueInstant", &instant(self.issue_instant)),
            ("Version", "2.0"),
        ];
        let mut writer = Writer::default();
        writer.element("saml:Assertion", &root, |assertion| {
            assertion.leaf("saml:Issuer", &[], self.issuer);
            assertion.canonical(signature);
            self.subject(assertion, &not_after);
            self.conditions(assertion, &not_before, &not_after);
            self.authentication(assertion);
            self.attributes(assertion);
        });
        Ok(writer.finish()?)
    }

    /// Exactly one confirmation: AWS refuses more. There was no request to answer, so no `InResponseTo`.
    fn subject(&self, assertion: &mut Writer, not_after: &str) {
        assertion.element("saml:Subject", &[], |subject| {
            subject.leaf("saml:NameID", &[("Format", PERSISTENT)], self.name_id);
            let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
            subject.element("saml:SubjectConfirmation", &[("Method", bearer)], |it| {
                let data = [("NotOnOrAfter", not_after), ("Recipient", self.recipient)];
                it.empty("saml:SubjectConfirmationData", &data);
            });
        });
    }

    fn conditions(&self, assertion: &mut Writer, not_before: &str, not_after: &str) {
        let window = [("NotBefore", not_before), ("NotOnOrAfter", not_after)];
        assertion.element("saml:Conditions", &window, |conditions| {
            conditions.element("saml:AudienceRestriction", &[], |restriction| {
                restriction.leaf("saml:Audience", &[], self.audience);
            });
        });
    }

    fn authentication(&self, assertion: &mut Writer) {
        let statement = [
            ("AuthnInstant", &*instant(self.authentication_instant)),
            ("SessionIndex", self.assertion_id.as_str()),
        ];
        assertion.element("saml:AuthnStatement", &statement, |authentication| {
            authentication.element("saml:AuthnContext", &[], |context| {
                let unspecified = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";
                context.leaf("saml:AuthnContextClassRef", &[], unspecified);
            });
        });
    }

    fn attributes(&self, assertion: &mut Writer) {
        let seconds = self.session_duration.as_secs().to_string();
        // The role first: AWS takes either order, not everything that reads these does.
        let role = format!("{},{}", self.role_arn, self.provider_arn);
        assertion.element("saml:AttributeStatement", &[], |statement| {
            attribute(statement, "Role", &role);
            attribute(statement, "RoleSessionName", self.role_session_name);
            attribute(statement, "SessionDuration", &seconds);
            attribute(statement, "SourceIdentity", self.source_identity);
            for (key, value) in self.principal_tags {
                attribute(statement, &format!("PrincipalTag:{key}"), value);
            }
        });
    }
}

fn attribute(statement: &mut Writer, name: &str, value: &str) {
    let name = format!("{ATTRIBUTES}{name}");
    let attributes = [("Name", name.as_str()), ("NameFormat", URI_NAME)];
    statement.element("saml:Attribute", &attributes, |attribute| {
        attribute.leaf("saml:AttributeValue", &[], value);
    });
}

/// Whether they are a role and a SAML provider of one account: anything else would hand a response for
/// one account to another.
fn same_account(role_arn: &str, provider_arn: &str) -> bool {
    let role = role_arn.split_once(":role/");
    let provider = provider_arn.split_once(":saml-provider/");
    let (Some((role_account, role)), Some((provider_account, provider))) = (role, provider) else {
        return false;
    };
    let is_name = |name: &str| !name.is_empty() && !name.contains([':', ' ']);
    role_account == provider_account
        && role_account.starts_with("arn:aws")
        && is_name(role)
        && is_name(provider)
        && !provider.contains(',')
}

/// STS's limits on session tags; keys that differ in case only are the same key to it.
fn are_session_tags(tags: &BTreeMap<String, String>) -> bool {
    let keys: BTreeSet<String> = tags.keys().map(|key| key.to_lowercase()).collect();
    keys.len() == tags.len()
        && tags.len() <= MOST_TAGS
        && tags.iter().all(|(key, value)| {
            (1..=LONGEST_TAG_KEY).contains(&key.chars().count())
                && value.chars().count() <= LONGEST_TAG_VALUE
        })
}

impl SignedResponse {
    /// The XML.
    #[must_use]
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// As the POST binding (SAML bindings §3.5.4) and STS want it: base64, without line breaks.
    #[must_use]
    pub fn base64(&self) -> String {
        BASE64.encode(self.xml.as_bytes())
    }
}

impl fmt::Debug for SignedResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SignedResponse(…)")
    }
}
