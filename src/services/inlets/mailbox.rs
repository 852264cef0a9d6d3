//! [`Mailboxes`]: the messages that inlets got, for tests to read.
//!
//! Decided: like the journal they are a record of what clients did, not a part of the state: documents and snapshots leave
//! them out, and whatever puts a sandbox back into another state empties its mailboxes. The newest messages are kept, since a
//! test looks for what it has just sent. Only messages that were taken are kept: the journal has the refused ones.

use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A message that an inlet took.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InletMessage {
    /// The id in the response.
    pub xaction_id: String,
    /// The id of its batch, if it was sent in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<String>,
    /// When it arrived by the server's clock, in milliseconds since the epoch.
    pub received_time_ms: i64,
    /// The flow that the request or the message named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// The message as it was sent.
    message: Box<RawValue>,
}

impl InletMessage {
    pub(crate) fn new(
        xaction_id: String, batch_id: Option<String>, received_time_ms: Millis, flow_id: Option<String>,
        message: Box<RawValue>,
    ) -> Self {
        Self { xaction_id, batch_id, received_time_ms, flow_id, message }
    }

    /// The JSON text of the message, as it was sent.
    #[must_use]
    pub fn text(&self) -> &str {
        self.message.get()
    }

    /// The message.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_default()
    }

    /// Its approximate size in memory.
    fn bytes(&self) -> usize {
        const ABOUT_THE_REST: usize = 400;
        let texts = [Some(&self.xaction_id), self.batch_id.as_ref(), self.flow_id.as_ref()];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        ABOUT_THE_REST + texts + self.text().len()
    }
}

/// The contents of a mailbox.
#[derive(Debug, Default)]
pub(crate) struct Mail {
    /// The messages, oldest first.
    pub(crate) messages: Vec<Arc<InletMessage>>,
    /// How many older ones were dropped since it was last empty.
    pub(crate) dropped: u64,
}

/// The mailbox of each inlet.
pub(crate) struct Mailboxes {
    /// The largest number of messages of one inlet.
    most: usize,
    /// The largest memory of all messages, in bytes.
    max_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// All messages by number, so in the order of their arrival.
    messages: BTreeMap<u64, (Arc<str>, Arc<InletMessage>)>,
    boxes: HashMap<Arc<str>, Mailbox>,
    bytes: usize,
    next: u64,
}

struct Mailbox {
    tenant: Tenant,
    /// The numbers of its messages, oldest first.
    numbers: VecDeque<u64>,
    dropped: u64,
}

impl Mailboxes {
    /// Empty mailboxes with those bounds.
    pub(crate) fn new(most: usize, max_bytes: usize) -> Self {
        Self { most, max_bytes, kept: Mutex::default() }
    }

    /// Adds messages that the inlet of that sandbox got together. Old ones make room for them.
    pub(crate) fn add(&self, inlet: &str, tenant: &Tenant, messages: impl IntoIterator<Item = InletMessage>) {
        if self.most == 0 {
            return;
        }
        let mut kept = self.kept();
        for message in messages {
            kept.add(inlet, tenant, message, self.most);
        }
        while kept.bytes > self.max_bytes && kept.drop_oldest() {}
    }

    /// The contents of the inlet's mailbox; `None` if it is empty.
    pub(crate) fn of(&self, inlet: &str) -> Option<Mail> {
        let kept = self.kept();
        let mailbox = kept.boxes.get(inlet)?;
        let messages = mailbox.numbers.iter().filter_map(|number| kept.messages.get(number));
        let messages = messages.map(|(_, message)| Arc::clone(message)).collect();
        Some(Mail { messages, dropped: mailbox.dropped })
    }

    /// Empties the inlet's mailbox; returns the number of messages that were in it.
    pub(crate) fn clear(&self, inlet: &str) -> usize {
        self.kept().remove(inlet)
    }

    /// Empties the mailboxes of those sandboxes.
    pub(crate) fn forget(&self, sandbox: impl Fn(&Tenant) -> bool) {
        let mut kept = self.kept();
        let gone = kept.boxes.iter().filter(|(_, mailbox)| sandbox(&mailbox.tenant));
        let gone: Vec<Arc<str>> = gone.map(|(inlet, _)| Arc::clone(inlet)).collect();
        gone.iter().for_each(|inlet| _ = kept.remove(inlet));
    }

    // A poisoned lock is safe to use: at worst a message is counted in `bytes` and not kept.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Adds a message to a mailbox, which has at most `most`.
    fn add(&mut self, inlet: &str, tenant: &Tenant, message: InletMessage, most: usize) {
        let inlet =
            self.boxes.get_key_value(inlet).map_or_else(|| inlet.into(), |(inlet, _)| Arc::clone(inlet));
        let new = || Mailbox { tenant: tenant.clone(), numbers: VecDeque::new(), dropped: 0 };
        let mailbox = self.boxes.entry(Arc::clone(&inlet)).or_insert_with(new);
        mailbox.numbers.push_back(self.next);
        let surplus = if mailbox.numbers.len() > most { mailbox.numbers.pop_front() } else { None };
        mailbox.dropped += u64::from(surplus.is_some());
        if let Some((_, message)) = surplus.and_then(|number| self.messages.remove(&number)) {
            self.bytes -= message.bytes();
        }
        self.bytes += message.bytes();
        self.messages.insert(self.next, (inlet, Arc::new(message)));
        self.next += 1;
    }

    /// Drops the oldest message of all; `false` if there is none.
    fn drop_oldest(&mut self) -> bool {
        let Some((_, (inlet, message))) = self.messages.pop_first() else { return false };
        self.bytes -= message.bytes();
        if let Some(mailbox) = self.boxes.get_mut(&inlet) {
            _ = mailbox.numbers.pop_front(); // the oldest of all is the oldest here
            mailbox.dropped += 1;
            if mailbox.numbers.is_empty() {
                self.boxes.remove(&inlet);
            }
        }
        true
    }

    fn remove(&mut self, inlet: &str) -> usize {
        let Some(mailbox) = self.boxes.remove(inlet) else { return 0 };
        for number in &mailbox.numbers {
            if let Some((_, message)) = self.messages.remove(number) {
                self.bytes -= message.bytes();
            }
        }
        mailbox.numbers.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> InletMessage {
        let message = RawValue::from_string(format!("{text:?}")).unwrap();
        InletMessage::new("1:2:3".to_owned(), None, 1, None, message)
    }

    fn texts(mailboxes: &Mailboxes, inlet: &str) -> Vec<String> {
        let mail = mailboxes.of(inlet).unwrap_or_default();
        mail.messages.iter().map(|message| message.json().as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_newest_messages_of_each_inlet_are_kept() {
        let mailboxes = Mailboxes::new(2, usize::MAX);
        let tenant = Tenant::new("A@AdobeOrg", "prod");
        mailboxes.add("a", &tenant, ["1", "2", "3"].map(message));
        mailboxes.add("b", &tenant, [message("4")]);
        assert_eq!(texts(&mailboxes, "a"), ["2", "3"]);
        assert_eq!(mailboxes.of("a").unwrap().dropped, 1);
        assert_eq!(texts(&mailboxes, "b"), ["4"]);
        assert_eq!((mailboxes.clear("a"), mailboxes.clear("a")), (2, 0));
        assert!(mailboxes.of("a").is_none());
        assert_eq!(mailboxes.kept().bytes, message("4").bytes());
    }

    #[test]
    fn all_inlets_share_the_memory_and_the_oldest_message_goes_first() {
        let mailboxes = Mailboxes::new(100, 3 * message("1").bytes());
        let tenant = Tenant::new("A@AdobeOrg", "prod");
        for (inlet, text) in [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4")] {
            mailboxes.add(inlet, &tenant, [message(text)]);
        }
        assert_eq!(
            (texts(&mailboxes, "a"), texts(&mailboxes, "b")),
            (vec!["3".to_owned()], vec!["2".into(), "4".into()])
        );
        mailboxes.add("a", &tenant, [message(&"long".repeat(1000))]);
        assert!(mailboxes.of("a").is_none() && mailboxes.of("b").is_none());
        assert_eq!(mailboxes.kept().bytes, 0);
    }

    #[test]
    fn a_sandbox_is_forgotten_without_the_others() {
        let mailboxes = Mailboxes::new(100, usize::MAX);
        let (one, two) = (Tenant::new("A@AdobeOrg", "one"), Tenant::new("A@AdobeOrg", "two"));
        mailboxes.add("a", &one, [message("1")]);
        mailboxes.add("b", &two, [message("2")]);
        mailboxes.forget(|tenant| *tenant == one);
        assert!(mailboxes.of("a").is_none());
        assert_eq!(texts(&mailboxes, "b"), ["2"]);
    }
}
