//! The actor policy of an application: a resource policy in IAM's language that says which callers are the application. Only
//! what is understood allows; a denial that is not understood denies.

use serde_json::{Map, Value};

/// What is asked of a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The caller's ARN.
    pub(super) principal: &'a str,
    /// The caller's account.
    pub(super) account: &'a str,
    /// The action, as IAM names it.
    pub(super) action: &'a str,
    /// The ARN of what it is done to.
    pub(super) resource: &'a str,
}

/// Whether a statement is about what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    NotUnderstood,
}

/// Whether the policy allows it: one statement does, and none denies.
pub(super) fn allows(policy: &Value, asked: &Asked<'_>) -> bool {
    let Some(policy) = policy.as_object() else {
        return false;
    };
    let known = |name: &String| matches!(name.as_str(), "Version" | "Id" | "Statement");
    if !policy.keys().all(known) {
        return false;
    }
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => return false,
    };
    let mut allowed = false;
    for statement in statements {
        let Some(statement) = statement.as_object() else {
            return false;
        };
        match (
            statement.get("Effect").and_then(Value::as_str),
            about(statement, asked),
        ) {
            (Some("Allow"), Match::Yes) => allowed = true,
            (Some("Allow"), _) | (Some("Deny"), Match::No) => {}
            _ => return false,
        }
    }
    allowed
}

/// Conditions and negations are not understood: whatever they would say, it is not known here.
fn about(statement: &Map<String, Value>, asked: &Asked<'_>) -> Match {
    let known = |name: &String| {
        let name = name.as_str();
        matches!(name, "Sid" | "Effect" | "Principal" | "Action" | "Resource")
    };
    if !statement.keys().all(known) {
        return Match::NotUnderstood;
    }
    let action = asked.action.to_ascii_lowercase();
    let parts = [
        principal(statement.get("Principal"), asked),
        any(statement.get("Action"), |pattern| {
            fits(&pattern.to_ascii_lowercase(), &action)
        }),
        match statement.get("Resource") {
            // The policy belongs to one application: without a resource it is about that.
            None => Match::Yes,
            resource => any(resource, |pattern| fits(pattern, asked.resource)),
        },
    ];
    if parts.contains(&Match::NotUnderstood) {
        Match::NotUnderstood
    } else if parts.contains(&Match::No) {
        Match::No
    } else {
        Match::Yes
    }
}

/// Everybody, or by kind of principal: of those, access keys are of the kind `AWS`.
fn principal(principal: Option<&Value>, asked: &Asked<'_>) -> Match {
    match principal {
        Some(Value::String(everybody)) if everybody == "*" => Match::Yes,
        Some(Value::Object(kinds)) => {
            let known = |kind: &String| {
                matches!(
                    kind.as_str(),
                    "AWS" | "Service" | "Federated" | "CanonicalUser"
                )
            };
            if !kinds.keys().all(known) {
                return Match::NotUnderstood;
            }
            let root = format!("arn:aws:iam::{}:root", asked.account);
            kinds.get("AWS").map_or(Match::No, |named| {
                any(Some(named), |name| {
                    name == "*" || name == asked.account || name == root || name == asked.principal
                })
            })
        }
        _ => Match::NotUnderstood,
    }
}

/// Whether one of a list of texts, or the only one, is meant.
fn any(value: Option<&Value>, is_meant: impl Fn(&str) -> bool) -> Match {
    let values = match value {
        Some(Value::Array(values)) => values.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => return Match::NotUnderstood,
    };
    let mut found = Match::No;
    for value in values {
        match value.as_str() {
            // A policy variable stands for something that is not known here.
            None => return Match::NotUnderstood,
            Some(text) if text.contains("${") => return Match::NotUnderstood,
            Some(text) if is_meant(text) => found = Match::Yes,
            Some(_) => {}
        }
    }
    found
}

/// `*` stands for any characters, `?` for one. Takes no longer than the product of the lengths.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut in_pattern) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(byte) if *byte == b'?' || Some(byte) == text.get(at) => {
                in_pattern += 1;
                at += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else {
                    return false;
                };
                star = Some((star_at, taken + 1));
                in_pattern = star_at + 1;
                at = taken + 1;
            }
        }
    }
    let rest = pattern.get(in_pattern..).unwrap_or_default();
    rest.iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const KEY: &str = "arn:aws:iam::999999999999:user/vestibule/apl-0123456789abcdef/AKIAEXAMPLE";
    const APPLICATION: &str =
        "arn:aws:sso::999999999999:application/ssoins-0123456789abcdef/apl-0123456789abcdef";

    fn decide(policy: &Value) -> bool {
        let asked = Asked {
            principal: KEY,
            account: "999999999999",
            action: "sso-oauth:CreateTokenWithIAM",
            resource: APPLICATION,
        };
        allows(policy, &asked)
    }

    fn statement(change: impl FnOnce(&mut Value)) -> Value {
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": { "AWS": KEY },
            "Action": "sso-oauth:CreateTokenWithIAM",
            "Resource": "*",
        });
        change(&mut statement);
        statement
    }

    fn with(change: impl FnOnce(&mut Value)) -> bool {
        decide(&json!({ "Version": "2012-10-17", "Statement": [statement(change)] }))
    }

    #[test]
    fn callers_are_named_in_the_ways_of_iam() {
        assert!(with(|_| {}));
        for principal in [
            json!("*"),
            json!({ "AWS": "*" }),
            json!({ "AWS": "999999999999" }),
            json!({ "AWS": "arn:aws:iam::999999999999:root" }),
            json!({ "AWS": ["111111111111", KEY], "Service": "ec2.amazonaws.com" }),
        ] {
            assert!(with(|s| s["Principal"] = principal.clone()), "{principal}");
        }
        for principal in [
            json!({ "AWS": "111111111111" }),
            json!({ "AWS": [] }),
            json!({ "Service": "*" }),
            json!({ "AWS": format!("{KEY}X") }),
            json!({ "AWS": "arn:aws:iam::999999999999:user/vestibule/*" }),
            json!({ "AWS": "*", "Everybody": "*" }),
            json!({ "AWS": ["*", 1] }),
            json!(KEY),
            json!(null),
        ] {
            assert!(!with(|s| s["Principal"] = principal.clone()), "{principal}");
        }
    }

    #[test]
    fn actions_and_resources_have_wildcards() {
        for action in [
            json!("*"),
            json!("sso-oauth:*"),
            json!("SSO-OAuth:createtokenwith?AM"),
        ] {
            assert!(with(|s| s["Action"] = action.clone()), "{action}");
        }
        for action in [
            json!("sso:*"),
            json!("sso-oauth:CreateToken"),
            json!([]),
            json!("${a}*"),
        ] {
            assert!(!with(|s| s["Action"] = action.clone()), "{action}");
        }
        assert!(with(|s| s["Resource"] = APPLICATION.into()));
        assert!(with(|s| drop(
            s.as_object_mut().unwrap().remove("Resource")
        )));
        assert!(!with(
            |s| s["Resource"] = "arn:aws:sso::999999999999:application/*/apl-1".into()
        ));
        assert!(!with(|s| drop(s.as_object_mut().unwrap().remove("Action"))));
        assert!(!with(|s| drop(
            s.as_object_mut().unwrap().remove("Principal")
        )));
    }

    #[test]
    fn what_is_not_understood_allows_nothing_and_denies() {
        for (member, value) in [
            ("Condition", json!({})),
            ("NotAction", json!("sso:*")),
            ("NotPrincipal", json!("*")),
            ("NotResource", json!("x")),
            ("Else", json!(1)),
        ] {
            assert!(!with(|s| s[member] = value.clone()), "{member}");
            let deny = statement(|s| {
                s["Effect"] = "Deny".into();
                s["Action"] = "other:*".into();
                s[member] = value.clone();
            });
            let policy = json!({ "Statement": [statement(|_| {}), deny] });
            assert!(!decide(&policy), "{member}");
        }
    }

    #[test]
    fn a_denial_wins() {
        let deny = |action: &str| {
            let deny = statement(|s| {
                s["Effect"] = "Deny".into();
                s["Action"] = action.into();
            });
            decide(&json!({ "Statement": [deny, statement(|_| {})] }))
        };
        assert!(deny("other:*"));
        assert!(!deny("sso-oauth:*"));
    }

    #[test]
    fn what_is_no_policy_allows_nothing() {
        for policy in [
            json!(null),
            json!("*"),
            json!([]),
            json!({}),
            json!({ "Statement": [] }),
            json!({ "Statement": ["*"] }),
            json!({ "Statement": statement(|s| s["Effect"] = "allow".into()) }),
            json!({ "Statement": statement(|_| {}), "Other": 1 }),
        ] {
            assert!(!decide(&policy), "{policy}");
        }
        assert!(decide(&json!({ "Statement": statement(|_| {}) })));
    }

    proptest! {
        #[test]
        fn a_pattern_without_wildcards_fits_only_itself(pattern in "[a-c]{0,6}", text in "[a-c]{0,6}") {
            prop_assert_eq!(fits(&pattern, &text), pattern == text);
            prop_assert!(fits("*", &text));
            prop_assert_eq!(fits(&format!("{pattern}*"), &text), text.starts_with(&pattern));
            prop_assert_eq!(fits(&format!("*{pattern}"), &text), text.ends_with(&pattern));
            prop_assert_eq!(fits(&format!("*{pattern}*"), &text), text.contains(&pattern));
        }

        #[test]
        fn no_pattern_takes_long_or_panics(pattern in "[*?a]{0,60}", text in "\\PC{0,60}") {
            let _ = fits(&pattern, &text);
        }
    }
}
