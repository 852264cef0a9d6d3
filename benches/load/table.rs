//! Prints the measurements as a Markdown table.

use crate::rounds::{Measurement, Round, Row};
use crate::support::median::{median, sorted};
use crate::workload::{CREATES, PATCHES};

/// Prints the medians over the rounds of each row; CPU times are per request. A ratio is the median of the ratios between
/// flowmock and the bare server in each round. For the CPU time, the lowest and the highest ratio show its spread.
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
            let is_counterpart = |other: &&Row| other.name == CREATES && other.connections == row.connections;
            let Some(creates) = rows.iter().find(is_counterpart) else { continue };
            let cpu = |round: &Round| round.flowmocks[index].cpu_micros();
            let ratios =
                row.rounds.iter().zip(&creates.rounds).map(|(patch, create)| cpu(patch) / cpu(create));
            let (ratio, flags) = (median(ratios), flags_cell(flags));
            println!(
                "\nCPU time of a patch to that of a create, {} connections, {flags}: {ratio:.2}",
                row.connections
            );
        }
    }
}

fn print_line(row: &Row, index: usize, flags: &str) {
    let flowmock = |figure: fn(&Measurement) -> f64| {
        median(row.rounds.iter().map(|round| figure(&round.flowmocks[index])))
    };
    let bare = |figure: fn(&Measurement) -> f64| median(row.rounds.iter().map(|round| figure(&round.bare)));
    let ratios = |figure: fn(&Measurement) -> f64| {
        sorted(row.rounds.iter().map(|round| figure(&round.flowmocks[index]) / figure(&round.bare)))
    };
    let ratio = |figure| median(ratios(figure));
    let cpu = ratios(Measurement::cpu_micros);
    println!(
        "| {} | {} | {} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} | {:.1} | {:.1} | **{:.1}** | **{:.2}** | {:.2}-{:.2} | \
         {:.0} | {:.2} | {:.1} |",
        row.name,
        row.connections,
        flags_cell(flags),
        flowmock(|it| it.requests_per_second),
        ratio(|it| it.requests_per_second),
        flowmock(|it| it.p50_ms),
        flowmock(|it| it.p99_ms),
        ratio(|it| it.p99_ms),
        flowmock(|it| it.user_micros),
        flowmock(|it| it.system_micros),
        flowmock(Measurement::cpu_micros),
        median(cpu.iter().copied()),
        cpu.first().unwrap_or(&f64::NAN),
        cpu.last().unwrap_or(&f64::NAN),
        bare(|it| it.requests_per_second),
        bare(|it| it.p99_ms),
        bare(Measurement::cpu_micros),
    );
}

/// The flags as a cell of the table.
pub fn flags_cell(flags: &str) -> String {
    if flags.trim().is_empty() { "none".to_owned() } else { format!("`{}`", flags.trim()) }
}
