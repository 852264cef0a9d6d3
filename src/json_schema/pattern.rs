//! The regular expressions of a schema that a user brings: how large and how slow they may be.

use jsonschema::{Draft, PatternOptions};
use serde_json::json;

/// The sizes in memory by which expressions are told apart, in bytes. None may be larger than the last.
const SIZES: [usize; 3] = [16 << 10, 128 << 10, 1 << 20];

/// The room for the states that an expression goes through, in bytes. Each thread that uses it has such a room.
const CACHE_BYTES: usize = 128 << 10;

/// The most often that an expression may try another way through one text. The library's own limit takes 10 ms to reach.
pub const MAX_BACKTRACKS: usize = 50_000;

/// The largest expression in memory, in bytes.
pub const MAX_BYTES: usize = SIZES[SIZES.len() - 1];

/// What a regular expression costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternCost {
    /// An upper bound of its size in memory, in bytes.
    pub bytes: usize,
    /// Whether it has look-arounds or back references that need backtracking.
    pub backtracks: bool,
}

/// Why a regular expression cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternFault {
    /// It is not one, or has something that the engine does not know.
    Malformed,
    /// It takes more than [`MAX_BYTES`] in memory.
    TooLarge,
}

impl PatternCost {
    /// Finds out what the expression costs, by compiling it with one limit after the other.
    ///
    /// # Errors
    /// [`PatternFault`].
    #[inline(never)]
    pub fn of(pattern: &str) -> Result<Self, PatternFault> {
        let schema = json!({"pattern": pattern});
        let build = |options: jsonschema::ValidationOptions<'_>| {
            // Its shape is checked below: here it would be refused without a reason.
            options.with_draft(Draft::Draft7).build(&schema).is_ok()
        };
        for bytes in SIZES {
            let linear = PatternOptions::regex().size_limit(bytes).dfa_size_limit(CACHE_BYTES);
            if build(jsonschema::options().with_pattern_options(linear)) {
                return Ok(Self { bytes, backtracks: false });
            }
        }
        for bytes in SIZES {
            if build(jsonschema::options().with_pattern_options(backtracking(bytes))) {
                return Ok(Self { bytes, backtracks: true });
            }
        }
        let is_expression = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
        let is_expression = is_expression.build(&json!({"format": "regex"})).is_ok_and(|format| {
            format.is_valid(&json!(pattern))
        });
        Err(if is_expression { PatternFault::TooLarge } else { PatternFault::Malformed })
    }
}

/// The options of a schema whose expressions may take at most `bytes` each.
pub(crate) fn backtracking(bytes: usize) -> PatternOptions<jsonschema::FancyRegex> {
    PatternOptions::fancy_regex()
        .size_limit(bytes)
        .dfa_size_limit(CACHE_BYTES)
        .backtrack_limit(MAX_BACKTRACKS)
}
