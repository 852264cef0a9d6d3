//! The Pact file of a consumer, made from the journal.

use super::example::Examples;
use super::interaction::Candidate;
use super::known::{KnownSandboxes, Made};
use super::left_out::LeftOut;
use super::v3::{Interaction, PactFile, Participant};
use crate::app::App;
use crate::base::document::refusal::Refused;
use crate::base::error::excerpt;
use crate::base::operation::Operation;
use crate::testkit::contract::{Exchange, name_of};
use crate::testkit::journal::Redaction;
use flowmock_json_schema::time_limit::{TimeLimit, within};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The name of the provider.
const PROVIDER: &str = "Adobe Flow Service";
/// The largest number of interactions in a file.
const MAX_INTERACTIONS: usize = 500;
/// The size of the largest interaction with its provider states, in bytes of JSON.
const MAX_INTERACTION_BYTES: usize = 256 * 1024;
/// The largest size of all interactions together, in bytes of compact JSON.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The largest number of consumers that a refusal names.
const MAX_NAMED: usize = 20;

/// The file while it is being built.
#[derive(Default)]
struct Draft {
    requests: u64,
    shapes: HashSet<String>,
    descriptions: HashMap<String, usize>,
    interactions: Vec<Interaction>,
    bytes: usize,
    left_out: BTreeMap<LeftOut, u64>,
}

impl App {
    /// The Pact file of a consumer, as JSON. Without a name, there must be only one consumer. Names are those in
    /// reports, without credentials.
    ///
    /// # Errors
    /// If the journal has no request of that consumer, or none that can be an interaction.
    pub(crate) fn pact(&self, consumer: Option<&str>) -> Result<Vec<u8>, Refused> {
        let entries = self.journal.entries_since(0);
        let redaction = self.concealing();
        let name = |exchange: &Exchange<'_>| redaction.text(&name_of(exchange.record).0);
        let (mut made, mut names) = (Made::default(), BTreeSet::new());
        for entry in &entries {
            let exchange = Exchange::read(entry.id, &entry.record, &redaction);
            names.insert(name(&exchange));
            made.note(&exchange);
        }
        let consumer = chosen(consumer, &names, &redaction)?;
        let examples = Examples { app: self, redaction: &redaction };
        let (mut known, mut draft) = (KnownSandboxes::new(self, made), Draft::default());
        within(TimeLimit::of(self.config.request_timeout), || {
            for entry in &entries {
                let exchange = Exchange::read(entry.id, &entry.record, &redaction);
                if name(&exchange) == consumer {
                    draft.add(&exchange, &examples, &mut known);
                }
                known.learn(&exchange);
            }
        });
        draft.write(consumer)
    }
}

/// The consumer to write the file for.
fn chosen<'a>(
    consumer: Option<&'a str>, names: &'a BTreeSet<String>, redaction: &Redaction<'_>,
) -> Result<&'a str, Refused> {
    let known = || {
        let shown: Vec<String> = names.iter().take(MAX_NAMED).map(|name| excerpt(name)).collect();
        match names.len() {
            0 => "it has no request at all".to_owned(),
            count if count > MAX_NAMED => {
                format!("it has those of {}, and of {} more", shown.join(", "), count - MAX_NAMED)
            }
            _ => format!("it has those of {}", shown.join(", ")),
        }
    };
    match (consumer, names.first()) {
        (Some(consumer), _) if names.contains(consumer) => Ok(consumer),
        (None, Some(only)) if names.len() == 1 => Ok(only),
        (Some(consumer), _) => {
            let consumer = excerpt(&redaction.text(consumer));
            Err(Refused::not_found(format!(
                "the journal has no request of the consumer {consumer}; {}",
                known()
            )))
        }
        (None, Some(_)) => Err(Refused::because(
            "",
            format!("say whose with consumer; the journal has requests of several: {}", known()),
        )),
        (None, None) => Err(Refused::not_found(format!("the journal has no request to write; {}", known()))),
    }
}

impl Draft {
    fn add(&mut self, exchange: &Exchange<'_>, examples: &Examples<'_>, known: &mut KnownSandboxes<'_>) {
        self.requests += 1;
        if let Err(reason) = self.try_add(exchange, examples, known) {
            *self.left_out.entry(reason).or_default() += 1;
        }
    }

    fn try_add(
        &mut self, exchange: &Exchange<'_>, examples: &Examples<'_>, known: &mut KnownSandboxes<'_>,
    ) -> Result<(), LeftOut> {
        let candidate = Candidate::of(exchange, examples)?;
        if self.shapes.contains(&candidate.shape) {
            return Ok(());
        }
        if self.interactions.len() >= MAX_INTERACTIONS {
            return Err(LeftOut::TooLarge);
        }
        let shape = candidate.shape.clone();
        let sentence = sentence(exchange);
        let before = self.descriptions.get(&sentence).copied().unwrap_or(0);
        let description = if before == 0 { sentence.clone() } else { format!("{sentence} ({})", before + 1) };
        let interaction = candidate.into_interaction(exchange, examples, known, description)?;
        let bytes = serde_json::to_vec(&interaction).map_err(|_| LeftOut::NotJson)?.len();
        if bytes > MAX_INTERACTION_BYTES || self.bytes + bytes > MAX_BYTES {
            return Err(LeftOut::TooLarge);
        }
        self.bytes += bytes;
        self.descriptions.insert(sentence, before + 1);
        self.shapes.insert(shape);
        self.interactions.push(interaction);
        Ok(())
    }

    fn write(self, consumer: &str) -> Result<Vec<u8>, Refused> {
        let Self { requests, interactions, left_out, .. } = self;
        if interactions.is_empty() {
            let reasons: Vec<String> =
                left_out.iter().map(|(reason, count)| format!("{} {count}", reason.name())).collect();
            let consumer = excerpt(consumer);
            return Err(Refused::not_found(format!(
                "none of the requests of {consumer} can be an interaction ({})",
                reasons.join(", ")
            )));
        }
        let mut about = BTreeMap::from([
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("requests", requests.to_string()),
        ]);
        about.extend(left_out.iter().map(|(reason, count)| (reason.name(), count.to_string())));
        let specification = BTreeMap::from([("version", PactFile::VERSION.to_owned())]);
        let pact = PactFile {
            consumer: Participant { name: consumer.to_owned() },
            interactions,
            metadata: BTreeMap::from([("flowmock", about), ("pactSpecification", specification)]),
            provider: Participant { name: PROVIDER.to_owned() },
        };
        let mut text = serde_json::to_vec_pretty(&pact)
            .map_err(|error| Refused::because("", format!("the file cannot be written: {error}")))?;
        text.push(b'\n');
        Ok(text)
    }
}

/// The description of an interaction: `updateConnection answers 412 FLOW-1404-412`.
fn sentence(exchange: &Exchange<'_>) -> String {
    let name = exchange.operation.map(Operation::name).unwrap_or_default();
    let status = exchange.status().unwrap_or_default();
    let code = exchange.record.error.map(|code| code.code()).unwrap_or_default();
    format!("{name} answers {status} {code}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_documented_reasons_exist_in_order() {
        let page = include_str!("../../../docs/pact.md");
        let documented: Vec<&str> =
            page.lines().filter_map(|line| line.strip_prefix("| `leftOut.")?.split('`').next()).collect();
        let names = LeftOut::ALL.map(|reason| reason.name().trim_start_matches("leftOut."));
        assert_eq!(documented, names);
        let limits =
            format!("more than {MAX_INTERACTIONS} interactions, {} KiB", MAX_INTERACTION_BYTES / 1024);
        assert!(
            page.contains(&limits) && page.contains(&format!("{} MiB for all", MAX_BYTES >> 20)),
            "{limits}"
        );
    }
}
