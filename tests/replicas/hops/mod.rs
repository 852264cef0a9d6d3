//! What one replica answered, every other shows at once.

mod control;
mod entities;
mod gathered;
mod lists;
mod runs;
mod streams;
mod tokens;

use crate::common::redis::Redis;
use crate::replica::{Replica, three};

/// Three replicas on the shared Redis; `None` where there is none.
fn replicas(key: &str, flags: &[&str]) -> Option<[Replica; 3]> {
    Some(three(&Redis::shared()?.url(), key, flags))
}
