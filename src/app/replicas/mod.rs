//! The replicas of a server: servers that share its state behind a balancer. Each has its own journal and contract report;
//! `?replicas=all` asks all of them, so that a test can verify whatever replica received its requests.
//!
//! A [question](question) goes to every replica as bytes, each [answers](crate::app::App::answer) with bytes about its own requests, and the
//! replica that was asked puts the answers together. How bytes come to the others is the business of [`Peers`](peers::Peers). A server
//! that shares nothing is its own only replica.

mod answer;
mod contract;
mod gathered;
mod order;
pub(crate) mod peers;
mod question;
mod requests;
#[cfg(test)]
mod tests;
mod verify;
