//! Pact files, as a method of [`FlowMock`].

use crate::base::document::refusal::Refused;
use crate::mock::FlowMock;

impl FlowMock {
    /// The requests of that consumer as a Pact file (specification 3) for the provider "Adobe Flow Service", like `GET
    /// /_flowmock/pact`: an interaction for each kind of request in the journal, without credentials.
    ///
    /// The consumer's name is that in its `x-flowmock-consumer`, or else its API key and the first word of its
    /// `User-Agent`.
    ///
    /// # Errors
    /// [`Refused`] if the journal has no request of that consumer, or none that can be an interaction.
    pub fn pact(&self, consumer: &str) -> Result<String, Refused> {
        let file = self.settled().pact(Some(consumer))?;
        String::from_utf8(file).map_err(|error| Refused::because("", error.to_string()))
    }
}
