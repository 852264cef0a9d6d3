//! The time and the allocations of each step of a request. `cargo bench --bench micro`.
//!
//! The numbers of allocations are exact and the same on every machine; times depend on the machine and its load. For
//! whole requests, see `benches/load`.

use divan::{AllocProfiler, Bencher};
use flowmock::internals::micro::{Recordings, Steps};
use std::sync::LazyLock;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

static SUBJECT: LazyLock<Steps> = LazyLock::new(Steps::default);

fn main() {
    divan::main();
}

#[divan::bench(name = "1 gateway checks")]
fn gateway(bencher: Bencher) {
    bencher.with_inputs(|| SUBJECT.head()).bench_values(|head| SUBJECT.gateway(head));
}

#[divan::bench(name = "2 body to JSON")]
fn parse(bencher: Bencher) {
    let subject = &*SUBJECT;
    bencher.bench(|| subject.parse());
}

#[divan::bench(name = "3 validation of an ATS definition")]
fn validate(bencher: Bencher) {
    bencher.with_inputs(|| SUBJECT.parse()).bench_values(|body| SUBJECT.validate(body));
}

#[divan::bench(name = "4 record to stored bytes")]
fn serialise(bencher: Bencher) {
    let definition = SUBJECT.validate(SUBJECT.parse());
    bencher.bench(|| SUBJECT.serialise(&definition));
}

#[divan::bench(name = "5 stored bytes to JSON")]
fn stored(bencher: Bencher) {
    let subject = &*SUBJECT;
    bencher.bench(|| subject.stored());
}

#[divan::bench(name = "6 patch read and applied")]
fn patch(bencher: Bencher) {
    bencher.with_inputs(|| SUBJECT.stored()).bench_values(|stored| SUBJECT.patch(stored));
}

#[divan::bench(name = "7 three filters")]
fn filters(bencher: Bencher) {
    let subject = &*SUBJECT;
    bencher.bench(|| subject.filters());
}

#[divan::bench(name = "8 page of 100")]
fn page(bencher: Bencher) {
    let subject = &*SUBJECT;
    bencher.bench(|| subject.page());
}

// The difference to the next is the cost of a reader; while nobody reads, it is a load of one atomic.
#[divan::bench(name = "9 recording, nobody reads events")]
fn recording(bencher: Bencher) {
    let mut recordings = Recordings::new(false);
    bencher.bench_local(|| recordings.record());
}

#[divan::bench(name = "10 recording, one client reads events")]
fn recording_with_reader(bencher: Bencher) {
    let mut recordings = Recordings::new(true);
    bencher.bench_local(|| recordings.record());
}
