//! The test control of runs: outcomes, ends and runs that tests ask for. Control calls and the methods of
//! [`FlowMock`](crate::FlowMock) use it.

use super::App;
use crate::base::document::problems::Problems;
use crate::base::document::refusal::{Problem, Refused};
use crate::base::operation::Kind;
use crate::services::runs::SandboxRuns;
use crate::services::runs::orders::{End, Order};
use crate::services::world::{Part, Sandbox};
use serde_json::{Value, json};
use uuid::Uuid;

impl App {
    /// Does what the document orders, an order at a time. `part` says where flows are looked for, and which sandbox's default
    /// is meant.
    ///
    /// # Errors
    /// Everything that is wrong with the document; then nothing was changed. An order that cannot be carried out is refused
    /// too; those before it were carried out.
    pub(crate) fn order_runs(&self, document: &Value, part: &Part) -> Result<Value, Refused> {
        let mut problems = Problems::default();
        let orders = Order::read_all(document, &mut problems);
        let mut placed = Vec::with_capacity(orders.len());
        for order in orders {
            match self.place(&order, part) {
                Ok(sandbox) => placed.push((order, sandbox)),
                Err(Problem { path, reason }) => problems.add(path, reason),
            }
        }
        let placed = problems.or(Some(placed))?;
        let mut ordered = Vec::with_capacity(placed.len());
        for (order, sandbox) in placed {
            let path = order.path.clone();
            let runs = SandboxRuns::new(&sandbox, &self.config, self.env.now());
            let done = order.carry_out(&sandbox, &runs);
            ordered.push(done.map_err(|reason| Refused::because(path + "/run", reason))?);
        }
        Ok(json!({"ordered": ordered}))
    }

    /// The sandbox of an order.
    fn place(&self, order: &Order, part: &Part) -> Result<Sandbox, Problem> {
        let Some(flow) = order.flow else {
            let Part::Sandbox(tenant) = part else {
                let reason = "has no flowId, so it sets the default of a sandbox; give imsOrgId and sandbox in the query";
                return Err(Problem::new(&*order.path, reason));
            };
            return Ok(self.open(tenant));
        };
        let refuse = |reason: &str| Problem::new(format!("{}/flowId", order.path), reason);
        let found = self.world.of(part).into_iter().find_map(|sandbox| {
            let flow = sandbox.store.get(Kind::Flow, flow)?;
            Some((sandbox, flow))
        });
        let (sandbox, flow) = found.ok_or_else(|| refuse("is not the id of a flow"))?;
        Order::check_flow(&flow).map_err(|reason| refuse(&reason))?;
        Ok(sandbox)
    }

    /// Ends the run with that id as the document says.
    ///
    /// # Errors
    /// 404 if there is no such run, 400 if the document is wrong or the run is over.
    pub(crate) fn end_run(&self, id: &str, document: &Value, part: &Part) -> Result<(), Refused> {
        let mut problems = Problems::default();
        let end = End::read(document, &mut problems);
        let end = problems.or(end)?;
        let id = Uuid::try_parse(id).ok();
        for sandbox in self.world.of(part) {
            let runs = SandboxRuns::new(&sandbox, &self.config, self.env.now());
            if let Some((of_flow, run)) = id.and_then(|id| runs.find(id)) {
                let flow = of_flow.plan.facts.flow;
                return end
                    .carry_out(&run, &sandbox, &runs, flow)
                    .map_err(|reason| Refused::because("", reason));
            }
        }
        Err(Refused::not_found("no run has that id"))
    }

    /// The outcomes that tests have ordered, by sandbox.
    pub(crate) fn ordered_runs(&self, part: &Part) -> Value {
        let sandboxes = self.world.of(part).into_iter().filter_map(|sandbox| {
            let ledger = sandbox.runs.current();
            if ledger.is_empty() {
                return None;
            }
            let runs = SandboxRuns::new(&sandbox, &self.config, self.env.now());
            let mut flows: Vec<_> = ledger.books.iter().collect();
            flows.sort_by_key(|(flow, _)| **flow);
            let flows = flows.into_iter().filter_map(|(flow, book)| {
                let started = runs.of_flow(*flow)?.started();
                let next = book.next_place(started);
                let planned = book.planned_from(next).map(|(place, outcome)| json!({"run": place + 1, "is": outcome}));
                let planned: Vec<Value> = planned.collect();
                Some(json!({"flowId": flow, "next": next + 1, "all": book.current_outcome(), "planned": planned}))
            });
            Some(json!({
                "imsOrgId": sandbox.tenant.ims_org, "sandbox": sandbox.tenant.sandbox,
                "default": *ledger.defaults.current(), "flows": flows.collect::<Vec<_>>(),
            }))
        });
        json!({"sandboxes": sandboxes.collect::<Vec<_>>()})
    }

    /// Forgets the outcomes of runs that have not started. Those that have keep theirs.
    ///
    /// # Errors
    /// If there were too many changes of outcomes before.
    pub(crate) fn forget_ordered_runs(&self, part: &Part) -> Result<(), Refused> {
        for sandbox in self.world.of(part) {
            let runs = SandboxRuns::new(&sandbox, &self.config, self.env.now());
            let flows: Vec<Uuid> = sandbox.runs.current().books.keys().copied().collect();
            let forgotten = sandbox.alter_runs(|ledger| {
                for &flow in &flows {
                    let Some(of_flow) = runs.of_stored(flow) else { continue };
                    let book = ledger.book_mut(flow);
                    book.forget_planned(book.next_place(of_flow.started()));
                    if book.current_outcome().is_some() {
                        book.set_outcome(of_flow.started(), None)?;
                    }
                }
                if ledger.defaults.is_empty() {
                    Ok(())
                } else {
                    ledger.set_default(runs.now, Default::default())
                }
            });
            forgotten?.map_err(|full| {
                Refused::because("", format!("there are {} {} already", full.most, full.of))
            })?;
        }
        Ok(())
    }
}
