//! The contract report of all replicas.

use super::gathered::{Gathered, off_path};
use super::question::Question;
use crate::app::App;
use crate::app::contract::{no_consumer, of_consumer};
use crate::base::document::refusal::Refused;
use crate::testkit::contract::report::Report;
use crate::testkit::contract::reporting::report;
use crate::testkit::contract::sum::sum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What all replicas counted, not added up yet.
pub(crate) struct GatheredContract(Gathered);

impl App {
    /// What all replicas counted.
    ///
    /// # Errors
    /// 503 if a replica has not answered.
    pub(crate) async fn contract_of_all(self: &Arc<Self>) -> Result<GatheredContract, Refused> {
        self.gather(&Question::Contract).await.map(GatheredContract)
    }

    /// The report on the requests of all replicas, or on those of one consumer.
    ///
    /// # Errors
    /// For a name that no consumer has, and 503 if the answer of a replica cannot be used.
    pub(crate) fn report_of_all(
        &self, gathered: GatheredContract, consumer: Option<&str>,
    ) -> Result<Report, Refused> {
        let (states, _turn) = gathered.0.read()?;
        let report = report(sum(states), self.contract.description());
        match consumer {
            Some(consumer) => of_consumer(report, consumer),
            None => Ok(report),
        }
    }

    /// Empties the reports of all replicas, or those about one consumer.
    ///
    /// # Errors
    /// For a name that no consumer has at any replica. 503 if a replica has not answered; the others have emptied theirs.
    pub(crate) async fn empty_contract_of_all(
        self: &Arc<Self>, consumer: Option<String>,
    ) -> Result<(), Refused> {
        let answers = self.gather(&Question::EmptyContract { consumer }).await?;
        let emptied = off_path(move || answers.read::<Emptied>().map(|(answers, _turn)| answers)).await??;
        if emptied.iter().any(|(_, emptied)| matches!(emptied, Emptied::Done)) {
            return Ok(());
        }
        let mut known = BTreeSet::new();
        for (_, emptied) in emptied {
            if let Emptied::Unknown { known: own } = emptied {
                known.extend(own);
            }
        }
        Err(no_consumer(&known.into_iter().collect::<Vec<_>>()))
    }

    /// Empties the report of this replica, or the part about one consumer.
    pub(super) fn empty_own_contract(&self, consumer: Option<&str>) -> Emptied {
        match consumer.map(|consumer| self.try_forget_consumer(consumer)) {
            None => {
                self.reset_contract();
                Emptied::Done
            }
            Some(Ok(())) => Emptied::Done,
            Some(Err(known)) => Emptied::Unknown { known },
        }
    }
}

/// What a replica has emptied.
#[derive(Serialize, Deserialize)]
pub(super) enum Emptied {
    /// What was asked for.
    Done,
    /// Nothing: it knows only these consumers.
    Unknown { known: Vec<String> },
}
