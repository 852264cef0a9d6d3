//! A small client of the Flow Service. It is what the tests test.

use serde_json::{Value, json};

/// Calls the Flow Service.
pub struct Client {
    /// Ends with `/data/foundation/flowservice`.
    pub base_url: String,
    /// The organisation, as in `x-gw-ims-org-id`.
    pub organisation: String,
}

impl Client {
    /// Creates a connection to a landing zone and returns its id; tries again once if the service is overloaded.
    ///
    /// # Errors
    ///
    /// Refusals of the service, and failures on the way to it.
    pub fn create(&self, name: &str) -> Result<String, ureq::Error> {
        let spec = json!({"id": "10440537-2a7b-4583-ac39-ed38d4b848e8", "version": "1.0"});
        let body = json!({"name": name, "connectionSpec": spec});
        let created = match self.post(&body) {
            Err(ureq::Error::StatusCode(503)) => self.post(&body),
            other => other,
        }?;
        Ok(created["id"].as_str().unwrap_or_default().to_owned())
    }

    fn post(&self, body: &Value) -> Result<Value, ureq::Error> {
        ureq::post(format!("{}/connections", self.base_url))
            .header("authorization", "Bearer token")
            .header("x-api-key", "key")
            .header("x-gw-ims-org-id", &self.organisation)
            .header("x-sandbox-name", "prod")
            .send_json(body)?
            .body_mut()
            .read_json()
    }
}
