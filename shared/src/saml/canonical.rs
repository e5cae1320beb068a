//! Writes XML that is already in its exclusive canonical form (Exclusive XML Canonicalization 1.0, on
//! Canonical XML 1.0 §2.3), so that what we sign need not be parsed again.
//!
//! Where a namespace is declared is the caller's part: on the first element that visibly uses it.
//! The order of attributes, the escapes, and that no element is left open are this file's.

/// Text holds a character that XML 1.0 §2.2 cannot carry, not even escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the character U+{:04X} cannot stand in XML", u32::from(*.0))]
pub struct NotXml(char);

/// The children of an element, written in order.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
    refused: Option<NotXml>,
}

impl Writer {
    /// Writes an element. Namespace declarations come first, by prefix, then the other attributes by
    /// name (Canonical XML §2.2); attributes with a prefix are never needed here.
    pub(super) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        children: impl FnOnce(&mut Self),
    ) {
        let mut attributes = attributes.to_vec();
        attributes.sort_by_key(|(name, _)| (!name.starts_with("xmlns"), *name));
        self.text.push('<');
        self.text.push_str(name);
        for (attribute, value) in attributes {
            self.text.push(' ');
            self.text.push_str(attribute);
            self.text.push_str("=\"");
            self.escape(value, attribute_escape);
            self.text.push('"');
        }
        self.text.push('>');
        children(self);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    /// An element that holds only text.
    pub(super) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.element(name, attributes, |element| element.text(text));
    }

    /// An element that holds nothing. The canonical form has no empty-element tags.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.element(name, attributes, |_| ());
    }

    /// Character data.
    pub(super) fn text(&mut self, text: &str) {
        self.escape(text, text_escape);
    }

    /// What another writer finished.
    pub(super) fn canonical(&mut self, finished: &str) {
        self.text.push_str(finished);
    }

    /// The XML written, unless something in it could not be.
    pub(super) fn finish(self) -> Result<String, NotXml> {
        self.refused.map_or(Ok(self.text), Err)
    }

    fn escape(&mut self, text: &str, escape: fn(char) -> Option<&'static str>) {
        for character in text.chars() {
            match escape(character) {
                Some(escaped) => self.text.push_str(escaped),
                None if is_xml(character) => self.text.push(character),
                None => self.refused = self.refused.or(Some(NotXml(character))),
            }
        }
    }
}

fn text_escape(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#xD;"),
        _ => None,
    }
}

fn attribute_escape(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '"' => Some("&quot;"),
        '\t' => Some("&#x9;"),
        '\n' => Some("&#xA;"),
        '\r' => Some("&#xD;"),
        _ => None,
    }
}

/// XML 1.0 §2.2, production 2, without the surrogates that a `char` cannot be.
fn is_xml(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => character >= ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Writer)) -> Result<String, NotXml> {
        let mut writer = Writer::default();
        write(&mut writer);
        writer.finish()
    }

    #[test]
    fn attributes_stand_in_canonical_order() {
        let xml = written(|writer| {
            writer.empty(
                "a:x",
                &[
                    ("Version", "1"),
                    ("ID", "2"),
                    ("xmlns:b", "urn:b"),
                    ("xmlns:a", "urn:a"),
                ],
            );
        });
        assert_eq!(
            xml.unwrap(),
            r#"<a:x xmlns:a="urn:a" xmlns:b="urn:b" ID="2" Version="1"></a:x>"#
        );
    }

    #[test]
    fn text_and_attributes_are_escaped_each_in_its_way() {
        let xml = written(|writer| writer.leaf("x", &[("y", "&<>\"'\t\n\r")], "&<>\"'\t\n\r"));
        assert_eq!(
            xml.unwrap(),
            "<x y=\"&amp;&lt;>&quot;'&#x9;&#xA;&#xD;\">&amp;&lt;&gt;\"'\t\n&#xD;</x>"
        );
    }

    #[test]
    fn characters_that_xml_cannot_carry_are_refused() {
        for character in ['\0', '\u{8}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            let xml = written(|writer| writer.text(&format!("a{character}b")));
            assert_eq!(xml, Err(NotXml(character)));
        }
    }
}
