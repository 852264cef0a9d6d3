//! [`Runs`]: the book of each flow of a sandbox, and the flows that were deleted. It is shared with snapshots and copied by the
//! next change.

use super::book::{Defaults, FlowBook, Full};
use super::extra::Events;
use super::flow_runs::FlowRuns;
use super::outcome::{Durations, Outcome};
use super::plan::Plan;
use super::run_id::Tag;
use super::shared::Shared;
use crate::base::time::Millis;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use uuid::Uuid;

/// Everything that calls and tests have added to the runs of a sandbox.
#[derive(Default)]
pub(crate) struct Runs {
    ledger: RwLock<Arc<Ledger>>,
    /// Flows by the tags of their ids, made when a run is looked up. Flows that were deleted since may be among them.
    tags: Mutex<BTreeMap<Tag, Uuid>>,
}

/// The contents of [`Runs`] at some time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ledger {
    pub(crate) books: HashMap<Uuid, Arc<FlowBook>, RandomState>,
    pub(crate) defaults: Defaults,
    /// The deleted flows that had runs, by the tags of their ids.
    pub(crate) deleted: HashMap<Tag, Arc<DeletedFlow>, RandomState>,
}

/// A deleted flow, whose finished runs can still be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DeletedFlow {
    pub(crate) plan: Arc<Plan>,
    pub(crate) at: Millis,
}

/// The most flows of a sandbox that are remembered after their deletion; the oldest are forgotten.
const MOST_DELETED: usize = 10_000;

impl Runs {
    /// The number of changes of the default outcome so far, for [`Facts::generation`](super::plan::Facts::generation).
    pub(crate) fn generation(&self) -> u64 {
        self.read().defaults.generation()
    }

    /// The contents now, in constant time; the next change copies them.
    pub(crate) fn current(&self) -> Arc<Ledger> {
        Arc::clone(&self.read())
    }

    /// Changes the contents.
    ///
    /// # Errors
    /// Those of `change`; then nothing may have changed.
    pub(crate) fn change<T, E>(&self, change: impl FnOnce(&mut Ledger) -> Result<T, E>) -> Result<T, E> {
        change(Arc::make_mut(&mut self.write()))
    }

    /// Whether nothing was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.read().is_empty()
    }

    /// Counts events that arrived for a streaming flow at `at`.
    pub(crate) fn record_events(&self, flow: Uuid, at: Millis, events: Events) {
        Arc::make_mut(&mut self.write()).book_mut(flow).hours_mut().record(at, events);
    }

    /// Keeps the runs of a flow that is deleted at `at` and are over by then.
    pub(crate) fn flow_deleted(&self, plan: &Arc<Plan>, at: Millis, base: Durations<Millis>) {
        Arc::make_mut(&mut self.write()).delete(plan, at, base);
    }

    /// The flows with tags from `first` to `last`. If none is known, `all` lists every flow.
    pub(super) fn flows_between(
        &self, first: Tag, last: Tag, all: impl FnOnce() -> Vec<(Tag, Uuid)>,
    ) -> Vec<Uuid> {
        let known = |tags: &BTreeMap<Tag, Uuid>| tags.range(first..=last).map(|(_, flow)| *flow).collect();
        let found: Vec<Uuid> = known(&self.tags.lock().unwrap_or_else(PoisonError::into_inner));
        if !found.is_empty() {
            return found;
        }
        let all = all().into_iter().collect(); // without the lock, since it takes long in a large sandbox
        let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
        *tags = all;
        known(&tags)
    }

    /// The books and deleted flows that are not in `before`, and the defaults if they have changed.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let (now, before) = (self.current(), before.current());
        let mut since = Ledger::default();
        if !Arc::ptr_eq(&now, &before) {
            let is_new = |(flow, book): &(&Uuid, &Arc<FlowBook>)| {
                before.books.get(*flow).is_none_or(|known| !Arc::ptr_eq(known, book))
            };
            since.books.extend(now.books.iter().filter(is_new).map(|(flow, book)| (*flow, Arc::clone(book))));
            let is_new = |(tag, _): &(&Tag, &Arc<DeletedFlow>)| !before.deleted.contains_key(*tag);
            let new = now.deleted.iter().filter(is_new).map(|(tag, flow)| (*tag, Arc::clone(flow)));
            since.deleted.extend(new);
            if now.defaults != before.defaults {
                since.defaults = now.defaults.clone();
            }
        }
        Arc::new(since).into()
    }

    /// Adds the contents of a saved sandbox, with the flows `replaced`. Its books replace those of the same flows.
    pub(crate) fn merge(&self, added: &Ledger, replaced: &[Uuid]) {
        if added.is_empty() && self.is_empty() {
            return;
        }
        let mut current = self.write();
        let ledger = Arc::make_mut(&mut current);
        for flow in replaced {
            ledger.books.remove(flow);
            ledger.deleted.remove(&Tag::of(*flow));
        }
        ledger.books.extend(added.books.iter().map(|(flow, book)| (*flow, Arc::clone(book))));
        ledger.deleted.extend(added.deleted.iter().map(|(tag, flow)| (*tag, Arc::clone(flow))));
        if !added.defaults.is_empty() {
            ledger.defaults = added.defaults.clone();
        }
        ledger.forget_oldest_deleted();
    }

    // A poisoned lock is safe to use: each change leaves the contents whole.
    fn read(&self) -> RwLockReadGuard<'_, Arc<Ledger>> {
        self.ledger.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Arc<Ledger>> {
        self.ledger.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A saved state: the tags are found again when they are needed.
impl Clone for Runs {
    fn clone(&self) -> Self {
        self.current().into()
    }
}

impl From<Arc<Ledger>> for Runs {
    fn from(ledger: Arc<Ledger>) -> Self {
        Self { ledger: RwLock::new(ledger), tags: Mutex::default() }
    }
}

impl Ledger {
    /// Whether nothing was added.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { books, defaults, deleted } = self;
        books.is_empty() && defaults.is_empty() && deleted.is_empty()
    }

    /// The runs at `now` of the flow with that plan.
    pub(crate) fn runs_of(&self, plan: &Arc<Plan>, base: Durations<Millis>, now: Millis) -> FlowRuns {
        self.runs(plan, base, now, None)
    }

    /// The runs at `now` of a deleted flow.
    pub(crate) fn runs_of_deleted(
        &self, deleted: &DeletedFlow, base: Durations<Millis>, now: Millis,
    ) -> FlowRuns {
        self.runs(&deleted.plan, base, now, Some(deleted.at))
    }

    fn runs(
        &self, plan: &Arc<Plan>, base: Durations<Millis>, now: Millis, deleted: Option<Millis>,
    ) -> FlowRuns {
        let book = self.books.get(&plan.facts.flow).cloned();
        FlowRuns::new(Arc::clone(plan), book, &self.defaults, base, now, deleted)
    }

    /// The book of a flow, which is added if it is missing.
    pub(crate) fn book_mut(&mut self, flow: Uuid) -> &mut FlowBook {
        Arc::make_mut(self.books.entry(flow).or_default())
    }

    /// The outcome of a run of the flow that a call makes now. `started` is the number of the first scheduled run that has not
    /// started.
    pub(crate) fn next_outcome(&self, flow: Uuid, started: u64) -> Shared<Outcome> {
        let own = self.books.get(&flow).and_then(|book| book.next_outcome(started));
        own.unwrap_or_else(|| self.defaults.current())
    }

    /// Sets the outcome of runs for which nothing else is set.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn set_default(&mut self, now: Millis, outcome: Shared<Outcome>) -> Result<(), Full> {
        self.defaults.set(now, outcome)
    }

    fn delete(&mut self, plan: &Arc<Plan>, at: Millis, base: Durations<Millis>) {
        let flow = plan.facts.flow;
        let deleted = DeletedFlow { plan: Arc::clone(plan), at };
        if self.runs_of_deleted(&deleted, base, at).count() == 0 {
            self.books.remove(&flow);
            return;
        }
        self.deleted.insert(Tag::of(flow), Arc::new(deleted));
        self.forget_oldest_deleted();
    }

    fn forget_oldest_deleted(&mut self) {
        // A tenth more than fits is let in, so that not each deletion looks for the oldest.
        if self.deleted.len() <= MOST_DELETED + MOST_DELETED / 10 {
            return;
        }
        let mut oldest: Vec<(Millis, Uuid)> =
            self.deleted.values().map(|flow| (flow.at, flow.plan.facts.flow)).collect();
        oldest.sort_unstable();
        oldest.truncate(self.deleted.len() - MOST_DELETED);
        for (_, flow) in oldest {
            self.deleted.remove(&Tag::of(flow));
            self.books.remove(&flow);
        }
    }
}
