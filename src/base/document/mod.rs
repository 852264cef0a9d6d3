//! Documents that users write: read strictly, every problem told with its place.

pub(crate) mod fault;
pub(crate) mod format;
pub(crate) mod line;
pub(crate) mod member;
pub(crate) mod object;
pub(crate) mod refusal;
