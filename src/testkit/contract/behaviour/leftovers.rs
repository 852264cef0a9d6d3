//! Entities that were created in a production sandbox and not deleted. Reference: "Operations on /connections".

use super::reads::created_id;
use crate::base::operation::{Kind, Operation, Verb};
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use crate::testkit::contract::exchange::Exchange;
use crate::testkit::contract::fifo_map::FifoMap;
use crate::testkit::contract::model::RecordedViolation;
use crate::testkit::contract::rule::RuleId;
use uuid::Uuid;

/// Number of entities in the history, of all consumers.
const MAX_LEFT: usize = 5000;

/// The entities that still exist in sandboxes named like production.
pub(crate) struct Leftovers(FifoMap<(Tenant, Kind, Uuid), Leftover>);

/// An entity that still exists.
pub(crate) struct Leftover {
    /// The consumer that created it.
    pub(crate) consumer: String,
    /// The test that created it.
    pub(crate) test: Option<String>,
    /// The record of the creation.
    pub(crate) violation: RecordedViolation,
}

impl Default for Leftovers {
    fn default() -> Self {
        Self(FifoMap::new(MAX_LEFT))
    }
}

impl Leftovers {
    /// Adds a created connection, removes a deleted one.
    pub(crate) fn observe(
        &mut self, exchange: &Exchange<'_>, consumer: &str, test: Option<&str>,
        violation: &dyn Fn(&str) -> RecordedViolation,
    ) {
        if !exchange.succeeded() {
            return;
        }
        let key = |kind, id: Option<&str>| Some((exchange.tenant()?, kind, Uuid::try_parse(id?).ok()?));
        match exchange.operation.and_then(Operation::entity) {
            Some((kind, Verb::Create)) => {
                let Some((tenant, kind, id)) = key(kind, created_id(exchange.answer())) else { return };
                if is_named_like_production(&tenant.sandbox) && !exchange.allows(RuleId::LeftInProduction) {
                    let (noun, sandbox) = (kind.noun(), exchange.shown(&tenant.sandbox));
                    let detail = format!("the {noun} {id} in the sandbox {sandbox}");
                    let (consumer, test) = (consumer.to_owned(), test.map(str::to_owned));
                    self.0.insert(
                        (tenant, kind, id),
                        Leftover { consumer, test, violation: violation(&detail) },
                    );
                }
            }
            Some((kind, Verb::Delete)) => {
                if let Some(key) = key(kind, exchange.entity().map(|(_, id)| id)) {
                    self.0.remove(&key);
                }
            }
            _ => {}
        }
    }

    /// The connections that still exist.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Leftover> {
        self.0.iter().map(|(_, leftover)| leftover)
    }

    /// Removes the connections in a part of the world that was reset.
    pub(crate) fn forget_part(&mut self, part: &Part) {
        self.0.retain(|(tenant, _, _), _| !part.has(tenant));
    }

    /// Removes the connections that a consumer created.
    pub(crate) fn forget_consumer(&mut self, consumer: &str) {
        self.0.retain(|_, leftover| leftover.consumer != consumer);
    }
}

/// Whether a sandbox's name contains the word `prod`, `production` or `live`.
fn is_named_like_production(sandbox: &str) -> bool {
    let mut words = sandbox.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| ["prod", "production", "live"].iter().any(|known| known.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::is_named_like_production;

    #[test]
    fn names_like_production_are_told_from_others() {
        for name in ["prod", "PROD", "acme-prod", "production_eu", "live"] {
            assert!(is_named_like_production(name), "{name}");
        }
        for name in ["", "dev", "product-catalogue", "reprod", "stage", "delivery"] {
            assert!(!is_named_like_production(name), "{name}");
        }
    }
}
