//! Every page, filled with what is hardest to show: long names, markup in names, many rows, none.

mod portal;

use http::StatusCode;

use super::{
    CliSettings, ConsentPage, ErrorPage, KeyBlocks, NoticePage, OnwardPage, Page, Pages,
    PasswordPage, PasswordRule, PostFormPage, SignInPage, UserCodePage, Viewer,
};

/// A page as a browser gets it.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) html: String,
    pub(super) policy: String,
}

const VIEWER: Viewer<'static> = Viewer {
    display_name: "Amira Okafor",
    user_name: "amira",
    csrf: "token",
};
const CLI: CliSettings<'static> = CliSettings {
    start_url: "https://identitycenter.amazonaws.com/ssoins-7223a1b2c3d4e5f6",
    region: "eu-central-1",
    endpoint: "http://localhost:8080",
};
const KEYS: KeyBlocks<'static> = KeyBlocks {
    account_id: "210987654321",
    role_name: "AdministratorAccess",
    access_key_id: "ASIAIOSFODNN7EXAMPLE",
    secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    session_token: "IQoJb3JpZ2luX2VjEOr//////////wEaDmV1LWNlbnRyYWwtMSJHMEUCIQDKc0Y0RkpEXAMPLEp2fTf2sIhAPm2N3bQIgX3p5e\
                    X0gqzM5h0cJ1Zg2nRwKfC2V6wq9bS8uQ4mY7tEXAMPLEqnwMIg///////////8BEAAaDDIxMDk4NzY1NDMyMSIM",
    expiration: "2027-03-01T15:04:05Z",
};

fn sample<P: Page>(name: &str, status: StatusCode, page: &P) -> Sample {
    let response = Pages::new(true).respond(status, page);
    assert_eq!(response.status(), status, "{name}");
    let policy = response
        .headers()
        .get("content-security-policy")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    Sample {
        name: name.to_owned(),
        html: page.render().unwrap(),
        policy,
    }
}

fn sign_in_pages() -> Vec<Sample> {
    let fresh = SignInPage {
        csrf: "token",
        return_to: "",
        user_name: "",
        purpose: None,
        problem: None,
    };
    let wrong = SignInPage {
        csrf: "token",
        return_to: "/authorize?client_id=x&state=y",
        user_name: "amira\"><b>",
        purpose: Some("the AWS CLI"),
        problem: Some("The user name or the password is not right."),
    };
    let onward = OnwardPage {
        path: "/authorize?client_id=x&state=\"><b>",
        purpose: "the application",
    };
    let rule = |id, sentence, met| PasswordRule { id, sentence, met };
    let open = [
        rule("length", "8 to 64 characters", None),
        rule("lower", "A lower-case letter", None),
        rule("upper", "An upper-case letter", None),
        rule("digit", "A digit", None),
        rule("symbol", "A symbol, such as # or !", None),
        rule("name", "Does not contain your user name", None),
    ];
    let judged = open.map(|open| rule(open.id, open.sentence, Some(open.id != "digit")));
    let password = PasswordPage {
        path: "/start/password/abc",
        csrf: "token",
        user_name: "amira",
        minimum_length: 8,
        rules: &open,
        problem: None,
    };
    let refused = PasswordPage {
        rules: &judged,
        problem: Some("The password does not meet every rule yet."),
        ..password
    };
    vec![
        sample("sign-in", StatusCode::OK, &fresh),
        sample("sign-in-wrong", StatusCode::UNAUTHORIZED, &wrong),
        sample("signed-in", StatusCode::OK, &onward),
        sample("password", StatusCode::OK, &password),
        sample(
            "password-refused",
            StatusCode::UNPROCESSABLE_ENTITY,
            &refused,
        ),
    ]
}

fn consent_pages() -> Vec<Sample> {
    let code = ConsentPage {
        viewer: VIEWER,
        path: "/authorize/consent",
        csrf: "token",
        unverified_client_name: "botocore-client-example",
        address: "203.0.113.24",
        since: "2027-03-01T14:04:05Z",
        user_code: None,
        redirect_origin: Some("http://127.0.0.1:49152"),
    };
    let device = ConsentPage {
        path: "/device/consent",
        unverified_client_name: "<b>Your own terminal, really, trust me, it is entirely harmless</b>",
        user_code: Some("BCDF-GHJK"),
        redirect_origin: None,
        ..code
    };
    let enter = UserCodePage {
        viewer: VIEWER,
        path: "/device",
        csrf: "token",
        user_code: "",
        problem: None,
    };
    let unknown = UserCodePage {
        user_code: "BCDF-XXXX",
        problem: Some("No program is waiting with this code."),
        ..enter
    };
    vec![
        sample("consent", StatusCode::OK, &code),
        sample("consent-device", StatusCode::OK, &device),
        sample("user-code", StatusCode::OK, &enter),
        sample(
            "user-code-unknown",
            StatusCode::UNPROCESSABLE_ENTITY,
            &unknown,
        ),
    ]
}

fn plain_pages() -> Vec<Sample> {
    let error = ErrorPage {
        status: StatusCode::FORBIDDEN,
        title: "No access",
        sentence: "You have no permission set of this name in account 210987654321.",
        remedy: "Choose one of your accounts in the portal, or ask your administrator for access.",
        reference: "5b1f0c2e-9d0a-4c1b",
    };
    let form = PostFormPage {
        action: "https://eu-central-1.signin.aws.amazon.com/saml",
        leads_to: &[
            "https://eu-central-1.signin.aws.amazon.com/saml",
            "https://*.aws.amazon.com",
        ],
        target: "AWS console",
        details: &[
            ("Account", "Shop production"),
            ("Permission set", "AdministratorAccess"),
        ],
        fields: &[
            ("SAMLResponse", "PHNhbWxwOlJlc3BvbnNlPg=="),
            ("RelayState", "https://console.aws.amazon.com/?a=1&b=2"),
        ],
    };
    vec![
        sample("error", StatusCode::FORBIDDEN, &error),
        sample("post-form", StatusCode::OK, &form),
        sample("allowed", StatusCode::OK, &NoticePage::access_allowed()),
        sample("denied", StatusCode::OK, &NoticePage::access_denied()),
        sample("signed-out", StatusCode::OK, &NoticePage::signed_out()),
        sample("password-set", StatusCode::OK, &NoticePage::password_set()),
    ]
}

/// All samples.
pub(super) fn all() -> Vec<Sample> {
    [
        sign_in_pages(),
        portal::accounts_pages(),
        portal::applications_pages(),
        consent_pages(),
        plain_pages(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::assets;

    /// The values of every attribute `name` in `html`.
    fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
        let opening = format!(" {name}=\"");
        html.split(&opening)
            .skip(1)
            .map(|rest| rest.split_once('"').unwrap().0)
            .collect()
    }

    #[test]
    fn no_page_needs_what_its_policy_forbids() {
        for Sample { name, html, .. } in all() {
            assert!(
                !html.contains(" style=") && !html.contains("<style"),
                "{name}: inline style"
            );
            assert!(!html.contains("javascript:"), "{name}: script in a link");
            for tag in html.split('<').filter(|tag| !tag.starts_with('/')) {
                let tag = tag.split('>').next().unwrap();
                assert!(
                    !tag.starts_with("script") || tag.contains("src="),
                    "{name}: inline script"
                );
                let attributes = tag.split('"').step_by(2).collect::<String>();
                assert!(!attributes.contains(" on"), "{name}: handler in `{tag}`");
            }
        }
    }

    #[test]
    fn every_asset_that_a_page_links_to_exists() {
        for Sample { name, html, .. } in all() {
            let linked = attributes(&html, "href")
                .into_iter()
                .chain(attributes(&html, "src"));
            let assets: Vec<_> = linked
                .filter(|path| path.starts_with(assets::PREFIX) || path.is_empty())
                .collect();
            assert!(assets.len() >= 2, "{name}");
            for path in assets {
                assert!(assets::find(path).is_some(), "{name}: {path}");
            }
        }
    }

    #[test]
    fn markup_in_names_stays_text() {
        for Sample { name, html, .. } in all() {
            for markup in ["<script>alert", "<img src=x", "<b>", "amira\"><"] {
                assert!(!html.contains(markup), "{name}: {markup}");
            }
        }
    }

    #[test]
    fn every_page_has_its_landmarks_one_heading_and_named_fields() {
        for Sample { name, html, .. } in all() {
            for once in ["<main", "<h1", "<title>", "lang=\"en\"", "class=\"skip\""] {
                assert_eq!(html.matches(once).count(), 1, "{name}: {once}");
            }
            let labels = attributes(&html, "for");
            for input in html.split("<input ").skip(1) {
                let input = input.split('>').next().unwrap();
                let named = input.contains("type=\"hidden\"")
                    || input.contains("aria-label=")
                    || attributes(&format!(" {input}"), "id")
                        .iter()
                        .any(|id| labels.contains(id));
                assert!(named, "{name}: `{input}` has no label");
            }
        }
    }

    #[test]
    fn ids_are_unique_and_references_lead_somewhere() {
        for Sample { name, html, .. } in all() {
            let mut ids = attributes(&html, "id");
            let described = [
                "aria-describedby",
                "aria-labelledby",
                "aria-controls",
                "for",
            ];
            for reference in described
                .iter()
                .flat_map(|attribute| attributes(&html, attribute))
            {
                assert!(
                    reference.split(' ').all(|id| ids.contains(&id)),
                    "{name}: {reference}"
                );
            }
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{name}: an id occurs twice");
        }
    }

    /// To look at the pages in a browser: `cargo test -p vestibule-shared -- --ignored pages_are_written`.
    #[test]
    #[ignore = "writes files for people to look at"]
    fn pages_are_written_to_target_pages() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pages");
        std::fs::create_dir_all(folder.join("start/assets")).unwrap();
        for Sample { name, html, policy } in all() {
            std::fs::write(folder.join(format!("{name}.policy")), policy).unwrap();
            for path in attributes(&html, "href")
                .into_iter()
                .chain(attributes(&html, "src"))
            {
                if let Some(asset) = assets::find(path) {
                    std::fs::write(folder.join(path.trim_start_matches('/')), asset.body).unwrap();
                }
            }
            std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
        }
    }
}
