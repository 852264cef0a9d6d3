//! [`Expected`]: the figures in `expected.json`.

use crate::KINDS;
use crate::support::Failure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::{env, fs};

const FILE: &str = "benches/instructions/expected.json";

/// The difference from the expected figure that is allowed, in percent.
const TOLERANCE: f64 = 5.0;

/// The instructions of a request of each kind.
pub type Figures = BTreeMap<String, u64>;

/// The expected figures.
#[derive(Serialize, Deserialize)]
pub struct Expected {
    /// The architecture of the processor, in Rust's words.
    pub architecture: String,
    pub flowmock: Figures,
    /// Only shown, not compared: it changes with the dependencies and the compiler.
    pub bare: Figures,
}

/// By how much `counted` is more than `expected`.
pub fn percent(expected: u64, counted: u64) -> f64 {
    (counted as f64 / expected as f64 - 1.0) * 100.0
}

impl Expected {
    /// Reads the file.
    pub fn read() -> Result<Self, Failure> {
        let text = fs::read_to_string(path()).map_err(|error| format!("{FILE}: {error}"))?;
        serde_json::from_str(&text).map_err(|error| format!("{FILE}: {error}").into())
    }

    /// Whether the figures hold on this machine.
    pub fn is_of_this_architecture(&self) -> bool {
        self.architecture == env::consts::ARCH
    }

    /// Makes other figures the expected ones; those of the bare server only if there are any.
    pub fn accept(self, flowmock: Figures, bare: Option<Figures>) -> Result<(), Failure> {
        let accepted =
            Self { architecture: env::consts::ARCH.to_owned(), flowmock, bare: bare.unwrap_or(self.bare) };
        fs::write(path(), serde_json::to_string_pretty(&accepted)? + "\n")?;
        println!("\nAccepted: {FILE} has these figures now.");
        Ok(())
    }

    /// Fails if a kind of request differs by more than the tolerance.
    pub fn check(&self, flowmock: &Figures) -> Result<(), Failure> {
        let mut differing = String::new();
        for (kind, _) in KINDS {
            let counted = flowmock[kind];
            let Some(&expected) = self.flowmock.get(kind) else {
                differing += &format!("\n  {kind}: counted {counted}, no figure is expected");
                continue;
            };
            let percent = percent(expected, counted);
            if percent.abs() <= TOLERANCE {
                continue;
            }
            let (by, advice) = match percent > 0.0 {
                true => ("more", "find out why, or accept it if it is worth that"),
                false => ("fewer", "accept it, so that it stays"),
            };
            differing += &format!(
                "\n  {kind}: expected {expected} instructions, counted {counted}, {:.1} percent {by}: {advice}",
                percent.abs()
            );
        }
        if differing.is_empty() {
            return Ok(());
        }
        Err(format!(
            "more than {TOLERANCE} percent from {FILE}:{differing}\n\
             Another compiler, C library or processor can be the reason too. To accept what was counted, add --accept:\n  \
             cargo test --bench instructions -- --binary BINARY --accept"
        )
        .into())
    }
}

fn path() -> String {
    format!("{}/{FILE}", env!("CARGO_MANIFEST_DIR"))
}
