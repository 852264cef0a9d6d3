//! Documents that users write: seeds, fixtures and the bodies of control calls. They are read strictly, and everything
//! that is wrong with one is reported at once, each problem with its JSON pointer.
//!
//! [`mod@format`] turns text into a value, [`reader`] reads the value key by key, and [`problems`] collects what is wrong.

pub(crate) mod format;
pub(crate) mod line;
pub(crate) mod problems;
pub(crate) mod reader;
pub(crate) mod refusal;
