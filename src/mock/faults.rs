//! Faults, as methods of [`FlowMock`].

use crate::base::document::refusal::Refused;
use crate::mock::FlowMock;
use crate::mock::state::stored;
use crate::services::world::Part;
use crate::testkit::faults::{Fault, FaultRule};

impl FlowMock {
    /// Adds a fault rule after the others, like `POST /_flowmock/faults`; returns its id.
    ///
    /// ```
    /// use flowmock::{FaultRule, FlowMock};
    ///
    /// let mock = FlowMock::start();
    /// let id = mock.fault(FaultRule::new().operation("getConnection").times(1).error("FLOW-1103-503"));
    /// // ... run the client under test, then:
    /// assert_eq!(mock.faults()[0].fired, 0);
    /// ```
    ///
    /// # Panics
    /// If the rule does nothing, another rule has its id, or there are 1000 rules already.
    #[track_caller]
    pub fn fault(&self, rule: FaultRule) -> String {
        let mut added = match self.app().add_faults(vec![rule.into()], Part::All) {
            Ok(added) => added,
            Err(refused) => panic!("the fault rule cannot be used: {refused}"),
        };
        added.pop().map(|fault| fault.id).unwrap_or_default()
    }

    /// Removes a fault rule, like `DELETE /_flowmock/faults/{id}`.
    ///
    /// # Errors
    /// [`Refused`] if no rule has that id.
    pub fn remove_fault(&self, id: &str) -> Result<(), Refused> {
        self.app().remove_fault(id)
    }

    /// Removes all fault rules, like `DELETE /_flowmock/faults`.
    ///
    /// # Panics
    /// If the change cannot be stored; see [`Config::state`](crate::Config::state).
    #[track_caller]
    pub fn clear_faults(&self) {
        stored(self.app().replace_faults(Vec::new(), Part::All).map(drop));
    }

    /// Removes the fault rules of one organisation, those that match only its requests. This is the same as
    /// `DELETE /_flowmock/faults?imsOrgId=`.
    ///
    /// # Panics
    /// If the change cannot be stored; see [`Config::state`](crate::Config::state).
    #[track_caller]
    pub fn clear_faults_of(&self, ims_org: &str) {
        stored(self.app().replace_faults(Vec::new(), Part::Organisation(ims_org.to_owned())).map(drop));
    }

    /// The fault rules in the order in which they are tried, each with the number of requests that it matched and
    /// affected, like `GET /_flowmock/faults`.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.app().faults.list(&Part::All)
    }
}
