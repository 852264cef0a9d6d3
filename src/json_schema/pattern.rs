//! Limits on the size and the time of regular expressions in a user-supplied schema.

use jsonschema::{Draft, PatternOptions};
use serde_json::json;

/// The size classes of expressions in memory, in bytes. The last one is the largest allowed size.
const SIZES: [usize; 3] = [16 << 10, 128 << 10, 1 << 20];

/// The size of the state cache of an expression, in bytes. Each thread that uses the expression has its own cache.
const CACHE_BYTES: usize = 128 << 10;

/// The largest number of backtracking steps of an expression in one text. The library's own limit takes 10 ms to reach.
pub const MAX_BACKTRACKS: usize = 50_000;

/// The largest expression in memory, in bytes.
pub const MAX_BYTES: usize = SIZES[SIZES.len() - 1];

/// The cost of a regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternCost {
    /// An upper bound of its size in memory, in bytes.
    pub bytes: usize,
    /// Whether it has look-arounds or back references, which need backtracking.
    pub backtracks: bool,
}

/// Why a regular expression cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternFault {
    /// It is not a regular expression, or has syntax that the engine does not support.
    Malformed,
    /// It takes more than [`MAX_BYTES`] in memory.
    TooLarge,
}

impl PatternCost {
    /// Measures the cost of the expression by compiling it with one limit after the other.
    ///
    /// # Errors
    /// [`PatternFault`].
    #[inline(never)]
    pub fn of(pattern: &str) -> Result<Self, PatternFault> {
        let schema = json!({"pattern": pattern});
        let build = |options: jsonschema::ValidationOptions<'_>| {
            // The shape is checked below, where the refusal has a reason.
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
        let is_expression = is_expression
            .build(&json!({"format": "regex"}))
            .is_ok_and(|format| format.is_valid(&json!(pattern)));
        Err(if is_expression { PatternFault::TooLarge } else { PatternFault::Malformed })
    }
}

/// The options of a schema in which each expression may take at most `bytes`.
pub(crate) fn backtracking(bytes: usize) -> PatternOptions<jsonschema::FancyRegex> {
    PatternOptions::fancy_regex()
        .size_limit(bytes)
        .dfa_size_limit(CACHE_BYTES)
        .backtrack_limit(MAX_BACKTRACKS)
}
