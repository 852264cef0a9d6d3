//! Rounds to a table.

use crate::rounds::{Contestant, Measured, Round};
use crate::workload::Workload;

/// Prints the medians of a workload's rounds; the CPU times are for one request. The ratios are medians too,
/// of each round's own ratio to the bare server; behind the CPU's ratio stand the lowest and the highest,
/// which tell how far to trust it.
pub fn print(workload: &Workload, rounds: &[Round]) {
    println!("\n{}: {}, {} clients", workload.name, workload.method, workload.clients);
    println!(
        "  {:<28}{:>11}{:>7}{:>8}{:>8}{:>9}{:>9}{:>9}{:>7}  (range)",
        "", "requests/s", "ratio", "p50 ms", "p99 ms", "user us", "sys us", "CPU us", "ratio"
    );
    for (index, contestant) in Contestant::ALL.into_iter().enumerate() {
        let of = |figure: fn(&Measured) -> f64| median(rounds.iter().map(|round| figure(&round[index])));
        let ratios = |figure: fn(&Measured) -> f64| {
            sorted(rounds.iter().map(|round| figure(&round[index]) / figure(&round[0])))
        };
        let cpu = ratios(Measured::cpu_micros);
        println!(
            "  {:<28}{:>11.0}{:>7.2}{:>8.2}{:>8.2}{:>9.2}{:>9.2}{:>9.2}{:>7.2}  ({:.2}-{:.2})",
            name(contestant),
            of(|measured| measured.requests_per_second),
            median(ratios(|measured| measured.requests_per_second)),
            of(|measured| measured.p50_ms),
            of(|measured| measured.p99_ms),
            of(|measured| measured.user_micros),
            of(|measured| measured.system_micros),
            of(Measured::cpu_micros),
            median(cpu.iter().copied()),
            cpu.first().unwrap_or(&f64::NAN),
            cpu.last().unwrap_or(&f64::NAN),
        );
    }
}

fn name(contestant: Contestant) -> &'static str {
    match contestant {
        Contestant::Bare => "bare axum",
        Contestant::Quiet => "flowmock --log-level warn",
        Contestant::Logging => "flowmock, log to /dev/null",
    }
}

fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The value in the middle; of an even number, the mean of the two there. NaN of none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let values = sorted(values);
    match values.len() {
        0 => f64::NAN,
        len => f64::midpoint(values[(len - 1) / 2], values[len / 2]),
    }
}
