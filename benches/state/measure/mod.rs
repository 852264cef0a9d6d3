//! The parts of the benchmark, each of which prints a table.

mod cluster;
mod compaction;
mod followers;
mod load;
mod place;
mod requests;
mod starts;
mod verify;

use crate::arguments::{Arguments, Part};
use crate::support::{Failure, machine, wrk};

/// Measures a part and prints its rows.
type Measure = fn(&Arguments) -> Result<(), Failure>;

/// Measures the parts that the arguments name.
pub fn all(arguments: &Arguments) -> Result<(), Failure> {
    wrk::check_installed()?;
    println!("{}", machine::description()?);
    let parts: [(Part, Measure); 5] = [
        (Part::Load, load::print),
        (Part::Followers, followers::print),
        (Part::Verify, verify::print),
        (Part::Starts, starts::print),
        (Part::Compaction, compaction::print),
    ];
    for (part, print) in parts {
        if arguments.wants(part) {
            println!();
            print(arguments)?;
            eprintln!("{part:?} is measured; {}", machine::load()?);
        }
    }
    Ok(())
}
