//! Rounds to a table, in Markdown.

use crate::rounds::{Measured, Round, Row};
use crate::workload::{CREATES, PATCHES};

/// Prints the medians of every row's rounds; the CPU times are for one request. Ratios are medians too, of each round's
/// own ratio to the bare server; behind the CPU's stand the lowest and the highest, which tell how far to trust it.
pub fn print(rows: &[Row], server_args: &[String]) {
    println!(
        "| request | connections | flags | requests/s | to bare | p50 ms | p99 ms | to bare | user µs | system µs | \
         **CPU µs** | **to bare** | (range) | bare: requests/s | p99 ms | CPU µs |"
    );
    println!("|---|{}", "--:|".repeat(15).replacen("--:", "---", 2).replacen("---", "--:", 1));
    for row in rows {
        for (index, flags) in server_args.iter().enumerate() {
            print_line(row, index, flags);
        }
    }
    for (index, flags) in server_args.iter().enumerate() {
        for row in rows.iter().filter(|row| row.name == PATCHES) {
            let same = |other: &&Row| other.name == CREATES && other.connections == row.connections;
            let Some(creates) = rows.iter().find(same) else { continue };
            let cpu = |round: &Round| round.flowmocks[index].cpu_micros();
            let ratios =
                row.rounds.iter().zip(&creates.rounds).map(|(patch, create)| cpu(patch) / cpu(create));
            let (ratio, flags) = (median(ratios), shown(flags));
            println!(
                "\nCPU time of a patch to that of a create, {} connections, {flags}: {ratio:.2}",
                row.connections
            );
        }
    }
}

fn print_line(row: &Row, index: usize, flags: &str) {
    let of =
        |figure: fn(&Measured) -> f64| median(row.rounds.iter().map(|round| figure(&round.flowmocks[index])));
    let bare = |figure: fn(&Measured) -> f64| median(row.rounds.iter().map(|round| figure(&round.bare)));
    let ratios = |figure: fn(&Measured) -> f64| {
        sorted(row.rounds.iter().map(|round| figure(&round.flowmocks[index]) / figure(&round.bare)))
    };
    let ratio = |figure| median(ratios(figure));
    let cpu = ratios(Measured::cpu_micros);
    println!(
        "| {} | {} | {} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} | {:.1} | {:.1} | **{:.1}** | **{:.2}** | {:.2}-{:.2} | \
         {:.0} | {:.2} | {:.1} |",
        row.name,
        row.connections,
        shown(flags),
        of(|measured| measured.requests_per_second),
        ratio(|measured| measured.requests_per_second),
        of(|measured| measured.p50_ms),
        of(|measured| measured.p99_ms),
        ratio(|measured| measured.p99_ms),
        of(|measured| measured.user_micros),
        of(|measured| measured.system_micros),
        of(Measured::cpu_micros),
        median(cpu.iter().copied()),
        cpu.first().unwrap_or(&f64::NAN),
        cpu.last().unwrap_or(&f64::NAN),
        bare(|measured| measured.requests_per_second),
        bare(|measured| measured.p99_ms),
        bare(Measured::cpu_micros),
    );
}

/// Flags as a table shows them.
pub fn shown(flags: &str) -> String {
    if flags.trim().is_empty() { "none".to_owned() } else { format!("`{}`", flags.trim()) }
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
