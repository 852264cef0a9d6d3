//! The page at `/_flowmock/ui`, and the calls that it makes.

mod files;
mod replay;
mod unrecorded;
