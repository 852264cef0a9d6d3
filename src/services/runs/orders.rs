//! [`Order`]: what a test asks of coming runs; [`End`]: how a test ends a run that is in progress.
//!
//! ```json
//! {"flowId": "5e7c9bd8-...", "run": 3, "outcome": "copyFailed", "code": "1337"}
//! ```
//! `run` counts a flow's runs from 1, scheduled ones and those that calls make. Without it, the order is for the next run that
//! has none; `"all"` is for every run from now on, and `"now"` makes a run. Without `flowId` the order sets the default of a
//! sandbox.
//!
//! Decided: a run that an order makes takes none of the outcomes that are ordered for coming runs: they wait for the runs
//! after it. Runs of a streaming source follow from its messages, so orders for them are refused.

use super::additions::add_with_outcome;
use super::book::Full;
use super::flow_runs::Run;
use super::outcome::{Ending, Outcome};
use super::outcome_document;
use super::plan::Plan;
use super::run_id::{Class, RunId};
use super::sandbox_runs::SandboxRuns;
use super::shape::Shape;
use super::shared::Shared;
use crate::base::document::problems::Problems;
use crate::base::document::reader::{Member, Members};
use crate::services::world::Sandbox;
use crate::services::world::recorder::NotRecorded;
use crate::store::Entity;
use serde_json::{Value, json};
use uuid::Uuid;

/// The most orders in a document.
pub(crate) const MOST_ORDERS: usize = 1000;

/// What a test asks of coming runs.
pub(crate) struct Order {
    /// The place of the order in its document.
    pub(crate) path: String,
    /// `None` for the default of a sandbox.
    pub(crate) flow: Option<Uuid>,
    which: Which,
    outcome: Outcome,
}

/// The runs that an order is for.
#[derive(Clone, Copy)]
enum Which {
    /// The one with that number, from 1 on.
    Number(u64),
    /// The next one for which no outcome is planned.
    Next,
    /// All from now on.
    All,
    /// One that is made now.
    Now,
}

impl Order {
    /// Reads one order or an array of them.
    pub(crate) fn read_all(document: &Value, problems: &mut Problems) -> Vec<Self> {
        let root = Member::root(document);
        if document.is_object() {
            return Self::read(root, problems).into_iter().collect();
        }
        let orders = root.elements(1..=MOST_ORDERS, problems).unwrap_or_default();
        orders.into_iter().filter_map(|order| Self::read(order, problems)).collect()
    }

    fn read(member: Member<'_>, problems: &mut Problems) -> Option<Self> {
        let path = member.path().to_owned();
        let mut members = member.object(problems)?;
        let flow = members.take("flowId");
        let (is_default, flow) = (flow.is_none(), flow.and_then(|flow| read_id(&flow, problems)));
        let which = members.take("run");
        if let (true, Some(which)) = (is_default, &which) {
            which.refuse::<()>(
                "goes with a flowId; without one, the order sets the default of a sandbox",
                problems,
            );
        }
        let which = which.map_or(Some(Which::Next), |which| read_which(&which, problems));
        let outcome = outcome_document::take(&mut members, problems);
        members.end(problems);
        (is_default || flow.is_some()).then_some(Self { path, flow, which: which?, outcome })
    }

    /// Checks that orders can apply to the runs of a flow.
    ///
    /// # Errors
    /// Why they cannot, as the end of a sentence.
    pub(crate) fn check_flow(flow: &Entity) -> Result<(), String> {
        match flow.facts::<Plan>() {
            Some(plan) if plan.facts.shape == Shape::Streaming => Err(
                "is the id of a flow of a streaming source, whose runs are the hours in which messages arrive: send messages \
                 to its inlet, and wrong ones for failed records; PUT /runs/{id} replaces such a run"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }

    /// Does what the order says in that sandbox, which has its flow. Returns what was ordered, for the answer.
    ///
    /// # Errors
    /// Why it cannot be done, as the end of a sentence.
    pub(crate) fn carry_out(self, sandbox: &Sandbox, runs: &SandboxRuns<'_>) -> Result<Value, String> {
        let outcome = Shared::new(self.outcome);
        let Some(flow) = self.flow else {
            let set = sandbox.alter_runs(|ledger| ledger.set_default(runs.now, outcome.clone()));
            return set.map_err(unrecorded)?.map(|()| json!({"run": "all"})).map_err(full);
        };
        let of_flow = runs.of_stored(flow).ok_or("names a draft, which has no runs")?;
        let started = of_flow.started();
        match self.which {
            Which::All => {
                let set = sandbox.alter_runs(|ledger| {
                    let book = ledger.book_mut(flow);
                    book.forget_planned(book.next_place(started));
                    book.set_outcome(started, Some(outcome.clone()))
                });
                set.map_err(unrecorded)?.map(|()| json!({"flowId": flow, "run": "all"})).map_err(full)
            }
            Which::Now => {
                let made = add_with_outcome(runs, sandbox, &of_flow, outcome);
                let (place, run) = made.map_err(|error| error.detail().to_owned())?;
                Ok(json!({"flowId": flow, "run": place + 1, "id": run.uuid}))
            }
            Which::Next | Which::Number(_) => {
                let number = sandbox.alter_runs(|ledger| {
                    let book = ledger.book_mut(flow);
                    let next = book.next_place(started);
                    let place = match self.which {
                        Which::Number(number) => number - 1,
                        _ => book.first_unplanned(next),
                    };
                    if place < next {
                        return Err(format!(
                            "has started already: the next run of the flow is number {}",
                            next + 1
                        ));
                    }
                    book.plan_outcome(place, outcome.clone()).map(|()| place + 1).map_err(full)
                });
                let number = number.map_err(unrecorded)??;
                Ok(json!({"flowId": flow, "run": number}))
            }
        }
    }
}

/// How a test ends a run.
pub(crate) struct End {
    how: How,
    outcome: Outcome,
    has_outcome: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// With the outcome that it would have had.
    Release,
    /// With success.
    Finish,
    /// With a failure.
    Fail,
}

impl End {
    /// Reads `{"end": "release" | "finish" | "fail", <outcome>}`.
    ///
    /// # Errors
    /// Mistakes are added to `problems`.
    pub(crate) fn read(document: &Value, problems: &mut Problems) -> Option<Self> {
        const WAYS: [(&str, How); 3] =
            [("release", How::Release), ("finish", How::Finish), ("fail", How::Fail)];
        let mut members: Members<'_> = Member::root(document).object(problems)?;
        let how = members.required("end", problems).and_then(|member| member.one_of(&WAYS, problems));
        let default = if how == Some(How::Fail) { Ending::CopyFailed } else { Ending::Success };
        let outcome = outcome_document::take_or(&mut members, default, problems);
        let has_outcome = document.as_object().is_some_and(|members| members.len() > 1);
        members.end(problems);
        match how? {
            How::Fail if !outcome.fails() => {
                problems.add("/outcome", "is not one that fails: copyFailed, noBatch or promotionFailed");
            }
            How::Finish if outcome.fails() => {
                problems.add("/outcome", "is one that fails; use fail for that")
            }
            How::Release if has_outcome => {
                problems.add(
                    "",
                    "release takes no outcome: the run ends with its own; use finish or fail otherwise",
                );
            }
            _ => {}
        }
        Some(Self { how: how?, outcome, has_outcome })
    }

    /// Ends a run.
    ///
    /// # Errors
    /// Why it cannot be done, as a sentence.
    pub(crate) fn carry_out(
        self, run: &Run, sandbox: &Sandbox, runs: &SandboxRuns<'_>, flow: Uuid,
    ) -> Result<(), String> {
        if run.status.is_final() {
            return Err(format!("the run is over: it is {}", run.shown_status()));
        }
        let planned = &*run.outcome;
        let outcome = match self.how {
            How::Release => planned.clone(),
            How::Finish if self.has_outcome || planned.fails() => self.outcome,
            How::Finish => planned.clone(),
            How::Fail => self.outcome,
        };
        let outcome = Shared::new(Outcome { stuck: false, ..outcome });
        let (now, RunId { class, number, .. }) = (runs.now, run.id);
        let ended = sandbox.alter_runs(|ledger| {
            let (book, outcome) = (ledger.book_mut(flow), outcome.clone());
            match class {
                Class::Scheduled => book.end_scheduled(number, now, Some(outcome)).map_err(full),
                Class::Extra => {
                    if let Some(extra) = book.extra_mut(number) {
                        extra.start = extra.start.min(now);
                        (extra.ended, extra.outcome) = (Some(now), outcome);
                    }
                    Ok(())
                }
                Class::Hour => Err("the run of an hour of events ends with the hour".to_owned()),
            }
        });
        ended.map_err(unrecorded)?
    }
}

fn read_id(member: &Member<'_>, problems: &mut Problems) -> Option<Uuid> {
    let id = Uuid::try_parse(member.text(problems)?).ok();
    id.or_else(|| member.refuse("must be the id of a flow, a UUID", problems))
}

fn read_which(member: &Member<'_>, problems: &mut Problems) -> Option<Which> {
    match member.value() {
        Value::Number(_) => member.whole(1..=RunId::LAST, problems).map(Which::Number),
        _ => member.one_of(&[("next", Which::Next), ("all", Which::All), ("now", Which::Now)], problems),
    }
}

fn unrecorded(NotRecorded { reason, .. }: NotRecorded) -> String {
    format!("cannot be carried out: {reason}")
}

fn full(Full { of, most }: Full) -> String {
    format!("is one too many: there are {most} {of} already")
}
