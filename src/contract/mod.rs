//! Contract testing: what a client does against the rules of the API, found out from the journal, per consumer.
//!
//! Nothing of it is on a request's path. [`Examiner`] reads the journal's new records now and then, a bounded number a
//! second, and whenever somebody asks for a report: it sorts them by consumer, has [`rules`] look at each, and counts
//! outcomes for [`coverage`]. What it could not examine in time is counted and said. [`report`] is what it answers.

pub(crate) mod model;
