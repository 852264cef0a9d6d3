//! Entities that a test created in a sandbox named like production, and did not delete. Reference: "Operations on /connections".

use super::reading::created_id;
use super::tenant;
use crate::base::operation::{Kind, Operation, Verb};
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use crate::testkit::contract::bounded::Bounded;
use crate::testkit::contract::exchange::Exchange;
use crate::testkit::contract::model::Offence;
use crate::testkit::contract::rules::RuleId;
use uuid::Uuid;

/// The most entities that are remembered, of all consumers together.
const MAX_LEFT: usize = 5000;

/// The entities in sandboxes named like production that still exist.
pub(crate) struct Leftovers(Bounded<(Tenant, Kind, Uuid), Leftover>);

/// An entity that still exists.
pub(crate) struct Leftover {
    /// Who made it.
    pub(crate) consumer: String,
    /// In which test.
    pub(crate) test: Option<String>,
    /// What a report says of it.
    pub(crate) offence: Offence,
}

impl Default for Leftovers {
    fn default() -> Self {
        Self(Bounded::new(MAX_LEFT))
    }
}

impl Leftovers {
    /// Notes what a request created or deleted.
    pub(crate) fn look_at(
        &mut self, exchange: &Exchange<'_>, consumer: &str, test: Option<&str>,
        offence: &dyn Fn(&str) -> Offence,
    ) {
        if !exchange.succeeded() {
            return;
        }
        let key = |kind, id: Option<&str>| Some((tenant(exchange)?, kind, Uuid::try_parse(id?).ok()?));
        match exchange.operation.and_then(Operation::entity) {
            Some((kind, Verb::Create)) => {
                let Some((tenant, kind, id)) = key(kind, created_id(exchange.answer())) else { return };
                if is_named_like_production(&tenant.sandbox) && !exchange.allows(RuleId::LeftInProduction) {
                    let (noun, sandbox) = (kind.noun(), exchange.shown(&tenant.sandbox));
                    let detail = format!("the {noun} {id} in the sandbox {sandbox}");
                    let (consumer, test) = (consumer.to_owned(), test.map(str::to_owned));
                    self.0.insert((tenant, kind, id), Leftover { consumer, test, offence: offence(&detail) });
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

    /// What is still there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Leftover> {
        self.0.iter().map(|(_, leftover)| leftover)
    }

    /// A part of the world was put back: what was created in it is not there any more.
    pub(crate) fn forget_part(&mut self, part: &Part) {
        self.0.retain(|(tenant, _, _), _| !part.has(tenant));
    }

    /// What that consumer made is nobody's business any more.
    pub(crate) fn forget_consumer(&mut self, consumer: &str) {
        self.0.retain(|_, leftover| leftover.consumer != consumer);
    }
}

/// Whether a sandbox is named as those that hold what matters.
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
