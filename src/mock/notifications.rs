//! Notifications of runs, as methods of [`FlowMock`].

use crate::base::document::refusal::Refused;
use crate::base::tenant::Tenant;
use crate::mock::FlowMock;
use crate::services::world::Part;
use crate::testkit::notifications::{Notification, NotificationFilter};
use serde_json::Value;

impl FlowMock {
    /// Registers a webhook for a sandbox, like `POST /_flowmock/notification-targets`; returns its id. It is notified of what
    /// happens to runs from now on.
    ///
    /// Unlike the call, this does not ask the webhook to echo a challenge: it may run on the thread that waits here.
    ///
    /// ```
    /// # let mock = flowmock::FlowMock::start();
    /// let target = serde_json::json!({"url": "http://127.0.0.1:9000/hook", "events": ["failure"]});
    /// let id = mock.add_notification_target("TEST@AdobeOrg", "prod", &target)?;
    /// // ... let a run fail, then:
    /// assert!(mock.notifications().iter().all(|notification| notification.event == "failure"));
    /// # assert_eq!(id, "target-1");
    /// # Ok::<(), flowmock::Refused>(())
    /// ```
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with the document.
    pub fn add_notification_target(
        &self, ims_org: &str, sandbox: &str, target: &Value,
    ) -> Result<String, Refused> {
        let part = Part::Sandbox(Tenant::new(ims_org, sandbox));
        let registration = self.app().read_registration(target, &part)?;
        let registered = self.app().register(registration)?;
        Ok(registered["id"].as_str().unwrap_or_default().to_owned())
    }

    /// Removes a webhook of a sandbox, like `DELETE /_flowmock/notification-targets/{id}`.
    ///
    /// # Errors
    /// [`Refused`] if the sandbox has no such target.
    pub fn remove_notification_target(&self, ims_org: &str, sandbox: &str, id: &str) -> Result<(), Refused> {
        self.app().remove_notification_target(id, &Part::Sandbox(Tenant::new(ims_org, sandbox)))
    }

    /// The notifications that are kept, newest first, like `GET /_flowmock/notifications`. Events that are due by now are
    /// among them, as `queued` if they are still on their way.
    #[must_use]
    pub fn notifications(&self) -> Vec<Notification> {
        self.app().look();
        self.app().notifications(&NotificationFilter::of(Part::All), usize::MAX)
    }

    /// Sends a notification again, like `POST /_flowmock/notifications/{id}/replay`; returns the id of the new one.
    ///
    /// # Errors
    /// [`Refused`] if no notification with that id is kept, or its target is gone.
    pub fn replay_notification(&self, id: u64) -> Result<u64, Refused> {
        self.app().replay_notification(&id.to_string())
    }

    /// Forgets the notifications that were sent, like `DELETE /_flowmock/notifications`; returns how many there were.
    pub fn clear_notifications(&self) -> usize {
        self.app().forget_notifications(&Part::All)
    }
}
