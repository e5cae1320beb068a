//! Applications as far as tokens are concerned: whether one may be used, and by whom.

use vestibule_shared::entry;
use vestibule_shared::ids::ApplicationId;
use vestibule_shared::store::access::Application;
use vestibule_shared::store::directory::UserWithGroups;

use crate::Context;
use crate::error::Error;

impl Context {
    /// An application that is there and enabled: one read.
    pub(crate) async fn enabled_application(
        &self,
        id: &ApplicationId,
    ) -> Result<Option<Application>, Error> {
        let application = self.access.find_application(id).await?;
        Ok(application.filter(Application::is_enabled))
    }

    /// An application that is enabled and that `user` may use, from what the tables say now.
    pub(crate) async fn usable_application(
        &self,
        id: &ApplicationId,
        user: &UserWithGroups,
    ) -> Result<Option<Application>, Error> {
        let Some(application) = self.enabled_application(id).await? else {
            return Ok(None);
        };
        let may = self.may_use_application(&application, user).await?;
        Ok(Some(application).filter(|_| may))
    }

    /// Whether `user` may use an application that is enabled: everybody, or those to whom it is assigned. Two reads.
    pub(crate) async fn may_use_application(
        &self,
        application: &Application,
        user: &UserWithGroups,
    ) -> Result<bool, Error> {
        if !application.assignment_required {
            return Ok(true);
        }
        let principals = entry::principals(&self.directory, user).await?;
        let assignments = self
            .access
            .find_application_assignments(&principals, &application.id)
            .await?;
        Ok(!assignments.is_empty())
    }
}
