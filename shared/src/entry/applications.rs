//! Which applications a person may open in the portal, and where that leads.

use std::collections::BTreeSet;

use crate::ids::ApplicationId;
use crate::store::Error;
use crate::store::access::{Access, Application, ApplicationStatus};
use crate::web_address::is_web_address;

/// An application that a user may open in the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationEntry {
    /// The application.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// What administrators say of it.
    pub description: Option<String>,
    /// Where it is opened: https, or http on the person's own machine.
    pub url: String,
}

/// Those of the `assigned` applications, and of the `open` ones that need no assignment, that can be opened, by name.
pub(super) async fn find(
    access: &Access,
    (assigned, open): (BTreeSet<ApplicationId>, Vec<ApplicationId>),
) -> Result<Vec<ApplicationEntry>, Error> {
    let ids: Vec<ApplicationId> = assigned.iter().cloned().chain(open).collect();
    let found = access.find_applications(&ids).await?;
    let mut entries: Vec<ApplicationEntry> = found
        .into_iter()
        .filter_map(|application| {
            let is_assigned = assigned.contains(&application.id);
            entry(application, is_assigned)
        })
        .collect();
    entries.sort_by(|one, other| {
        let key = |entry: &ApplicationEntry| (entry.name.to_lowercase(), entry.id.clone());
        key(one).cmp(&key(other))
    });
    Ok(entries)
}

/// The application as it shows, if it does: it must be enabled and visible, open to the person, and have an address that a
/// browser may be sent to.
fn entry(application: Application, is_assigned: bool) -> Option<ApplicationEntry> {
    let visible = application.portal.visibility == ApplicationStatus::Enabled;
    let may_use = is_assigned || !application.assignment_required;
    let url = application.portal.sign_in?.application_url?;
    let shows = application.status == ApplicationStatus::Enabled && visible && may_use;
    (shows && is_web_address(&url)).then_some(ApplicationEntry {
        id: application.id,
        name: application.name,
        description: application.description,
        url,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;
    use crate::store::access::{Grants, PortalOptions, SignInOptions, SignInOrigin};

    fn application() -> Application {
        Application {
            id: ApplicationId::parse("apl-0123456789abcdef").unwrap(),
            name: "Reports".to_owned(),
            description: None,
            provider_arn: String::new(),
            status: ApplicationStatus::Enabled,
            portal: PortalOptions {
                visibility: ApplicationStatus::Enabled,
                sign_in: Some(SignInOptions {
                    origin: SignInOrigin::Application,
                    application_url: Some("https://reports.example.com/".to_owned()),
                }),
            },
            assignment_required: true,
            access_scopes: BTreeMap::new(),
            iam_authentication: None,
            grants: Grants::default(),
            user_background_sessions: None,
            tags: BTreeMap::new(),
            created_at: Timestamp::UNIX_EPOCH,
            created_from: "us-east-1".to_owned(),
            revision: 1,
        }
    }

    fn shows(change: impl FnOnce(&mut Application)) -> bool {
        let mut changed = application();
        change(&mut changed);
        entry(changed, true).is_some()
    }

    fn leads_to(url: &str) -> bool {
        shows(|it| it.portal.sign_in.as_mut().unwrap().application_url = Some(url.to_owned()))
    }

    #[test]
    fn only_what_is_enabled_visible_and_has_an_address_shows() {
        assert!(shows(|_| {}));
        assert!(shows(
            |it| it.portal.sign_in.as_mut().unwrap().origin = SignInOrigin::IdentityCenter
        ));
        assert!(!shows(|it| it.status = ApplicationStatus::Disabled));
        assert!(!shows(
            |it| it.portal.visibility = ApplicationStatus::Disabled
        ));
        assert!(!shows(|it| it.portal.sign_in = None));
        assert!(!shows(|it| it
            .portal
            .sign_in
            .as_mut()
            .unwrap()
            .application_url = None));
        assert!(leads_to("http://localhost:3000/"));
        assert!(!leads_to("http://reports.example.com/"));
        assert!(!leads_to("https://user@reports.example.com/"));
    }

    #[test]
    fn without_an_assignment_only_what_needs_none_shows() {
        assert!(entry(application(), false).is_none());
        let mut open = application();
        open.assignment_required = false;
        assert!(entry(open, false).is_some());
    }
}
