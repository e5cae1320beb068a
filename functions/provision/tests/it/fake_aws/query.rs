//! The AWS query protocol: form parameters in, XML out.

use std::collections::BTreeMap;

/// The parameters of a call.
#[derive(Debug)]
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub(super) fn read(body: &[u8]) -> Self {
        Self(serde_urlencoded::from_bytes(body).unwrap())
    }

    /// A parameter; empty when it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    pub(super) fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// `Tags.member.N.Key` and `.Value`.
    pub(super) fn tags(&self) -> BTreeMap<String, String> {
        let tag = |number: usize| {
            let key = self.find(&format!("Tags.member.{number}.Key"))?;
            let value = self.get(&format!("Tags.member.{number}.Value"));
            Some((key.to_owned(), value.to_owned()))
        };
        (1..).map_while(tag).collect()
    }
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A document as IAM gives it back.
pub(super) fn encode(document: &str) -> String {
    percent_encoding::utf8_percent_encode(document, percent_encoding::NON_ALPHANUMERIC).to_string()
}

pub(super) fn tags(tags: &BTreeMap<String, String>) -> String {
    let member = |(key, value): (&String, &String)| {
        format!(
            "<member><Key>{}</Key><Value>{}</Value></member>",
            escape(key),
            escape(value)
        )
    };
    tags.iter().map(member).collect()
}
