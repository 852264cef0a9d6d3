//! The requests that are measured: creates and reads of connections.

use crate::support::Failure;
use crate::support::connection::connection;
use crate::support::socket;
use crate::support::wrk::Prepared;
use flowmock::BASE_PATH;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Create,
    /// Each reads one of the stored connections.
    Read,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "Creates",
            Self::Read => "Reads",
        }
    }

    /// The requests that are sent in turn. `ids` are those of the stored connections.
    pub fn requests(self, ids: &[String]) -> Vec<Prepared> {
        let path = format!("{BASE_PATH}/connections");
        match self {
            Self::Create => {
                vec![Prepared { method: "POST", path, headers: &[], body: Some(connection().to_string()) }]
            }
            Self::Read => {
                let read =
                    |id| Prepared { method: "GET", path: format!("{path}/{id}"), headers: &[], body: None };
                ids.iter().map(read).collect()
            }
        }
    }
}

/// The text of a request that creates a connection.
pub fn creation() -> String {
    socket::request("POST", &format!("{BASE_PATH}/connections"), &[], Some(&connection().to_string()))
}

/// The ids in answers to [`creation`].
pub fn ids(answers: &[Vec<u8>]) -> Result<Vec<String>, Failure> {
    let id = |answer: &Vec<u8>| -> Result<String, Failure> {
        let answer: serde_json::Value = serde_json::from_slice(answer)?;
        Ok(answer["id"].as_str().ok_or("an answer has no id")?.to_owned())
    };
    answers.iter().map(id).collect()
}
