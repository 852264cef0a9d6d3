//! The messages of inlets, as methods of [`FlowMock`].

use crate::mock::FlowMock;
use crate::services::inlets::mailbox::InletMessage;

impl FlowMock {
    /// The messages that the inlet with that id took and still keeps, oldest first, like
    /// `GET /_flowmock/inlets/{id}/messages`. `auth.params.inletId` of a streaming connection is the id of its inlet.
    ///
    /// ```
    /// use flowmock::{Config, FlowMock, InletUrl};
    ///
    /// let mock = FlowMock::with_config(Config::default().with_inlet_url(InletUrl::Local)).expect("the server starts");
    /// // ... run the client under test, then:
    /// let messages = mock.inlet_messages("0123456789abcdef");
    /// assert!(messages.iter().all(|message| message.json()["body"].is_object()));
    /// ```
    #[must_use]
    pub fn inlet_messages(&self, inlet: &str) -> Vec<InletMessage> {
        let mail = self.app().inlets.mailboxes.of(inlet).unwrap_or_default();
        mail.messages.iter().map(|message| InletMessage::clone(message)).collect()
    }

    /// Forgets the messages of an inlet, like `DELETE /_flowmock/inlets/{id}/messages`; returns how many there were.
    pub fn clear_inlet_messages(&self, inlet: &str) -> usize {
        self.app().inlets.mailboxes.clear(inlet)
    }
}
