//! Pact: what a client did, as a file that the client's provider can be held against.
//!
//! [`states`] says what has to be in place for an interaction and puts it in place, for whoever verifies against
//! flowmock. With the feature `pact`, [`file`](self::file) makes the file from the journal: [`known`] follows what was
//! in each sandbox at each request, [`interaction`] makes a request and its answer into an interaction, [`example`]
//! puts made-up credentials in the place of real ones, [`rules`] says how alike an answer has to be, and [`shape`] which
//! requests are the same one again. `docs/pact.md` describes it for users.

#[cfg(feature = "pact")]
pub(crate) mod example;
#[cfg(feature = "pact")]
pub(crate) mod file;
#[cfg(feature = "pact")]
pub(crate) mod interaction;
#[cfg(feature = "pact")]
pub(crate) mod known;
#[cfg(feature = "pact")]
pub(crate) mod rules;
#[cfg(feature = "pact")]
pub(crate) mod shape;
pub(crate) mod states;

/// Sees to it that there is cryptography for TLS in the process, unless somebody has chosen already.
///
/// The Pact crates need reqwest with TLS and without cryptography, which it then looks for when a client is made, and
/// panics where it finds none. A test that uses reqwest without TLS, beside this library, would meet that.
#[cfg(feature = "pact")]
pub(crate) fn choose_cryptography() {
    _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(not(feature = "pact"))]
impl crate::app::App {
    /// The Pact file of a consumer.
    ///
    /// # Errors
    /// Always: this build makes none.
    pub(crate) fn pact(&self, _: Option<&str>) -> Result<Vec<u8>, crate::base::document::refusal::Refused> {
        let reason = "this flowmock was built without Pact files; build it with the cargo feature pact";
        Err(crate::base::document::refusal::Refused::not_found(reason))
    }
}
