use super::record::{RecordLayout, empty_text, keep, offset};
use super::*;
use crate::base::body::tee::tee;
use crate::testkit::matching::received::Received;
use hyper::body::Bytes;
use hyper::{StatusCode, Version};
use std::thread;
use tokio::runtime::Builder;

fn journal(requests: usize, bytes: usize) -> Arc<Journal> {
    let mut config = Config::default();
    (config.journal_requests, config.journal_max_bytes) = (requests, bytes);
    Arc::new(Journal::new(&config))
}

/// A record of `POST /<name>` with that body.
fn record(name: &str, body: &[u8], answer: &'static [u8]) -> Record {
    let head = format!("POST/{name}");
    let headers = offset(head.len());
    let layout = RecordLayout { method: 4, target: headers, headers, body: headers + offset(body.len()) };
    Record {
        outcome: Outcome::Answered(StatusCode::OK),
        text: [head.as_bytes(), body].concat(),
        body_bytes: body.len() as u64,
        answer: Bytes::from_static(answer),
        answer_bytes: Some(answer.len() as u64),
        ..Record::begun(0, Instant::now(), Version::HTTP_11, None, layout)
    }
}

fn paths(journal: &Journal) -> Vec<String> {
    journal.entries_since(0).iter().map(|entry| entry.record.path().to_owned()).collect()
}

#[test]
fn the_oldest_records_are_dropped_beyond_the_limits() {
    let few = journal(3, usize::MAX);
    let small = journal(usize::MAX, 3 * (size_of::<Record>() + 1000));
    for number in 0..10 {
        few.push(record(&number.to_string(), b"", b""));
        small.push(record(&number.to_string(), &[b' '; 400], &[b' '; 400]));
        let (requests, bytes) = small.size();
        assert!(requests <= 3 && bytes <= small.limits.bytes, "{requests} of {bytes} bytes");
        assert!(few.size().0 <= 3);
    }
    assert_eq!(paths(&few), ["/7", "/8", "/9"]);
    assert_eq!(paths(&small), ["/7", "/8", "/9"]);
    small.push(record("large", &[b' '; 3000], b""));
    assert_eq!(paths(&small), ["/large"]);
    small.push(record("larger", &[b' '; 30_000], b""));
    assert_eq!(paths(&small), ["/large"], "what is larger than the budget is not kept");
}

#[test]
fn a_record_that_somebody_reads_stays_when_another_takes_its_place() {
    let journal = journal(1, usize::MAX);
    journal.push(record("read", b"1", b"2"));
    let [read] = &journal.entries_since(0)[..] else { panic!("one record") };
    journal.push(record("second", b"3", b"4"));
    journal.push(record("third", b"5", b"6"));
    assert_eq!(
        (read.record.path(), read.record.body(), read.record.answer()),
        ("/read", &b"1"[..], &b"2"[..])
    );
    let [third] = &journal.entries_since(0)[..] else { panic!("one record") };
    assert_eq!((third.id, third.record.path(), third.record.body()), (3, "/third", &b"5"[..]));
    let size = size_of::<Record>() + third.record.text.capacity() + 1;
    assert_eq!(journal.size(), (1, size));
}

#[test]
fn the_memory_of_a_text_is_used_again_for_one_of_about_the_same_size() {
    for (kept, needed, is_used) in
        [(1000, 1000, true), (1000, 889, true), (1000, 888, false), (1000, 1001, false)]
    {
        keep([b'x'].repeat(kept));
        let text = empty_text(needed);
        assert!(text.is_empty() && text.capacity() == if is_used { kept } else { needed }, "{kept} {needed}");
    }
    keep(vec![0; 1024 * 1024]);
    assert_eq!(empty_text(1024 * 1024 - 1).capacity(), 1024 * 1024 - 1);
}

#[test]
fn ids_ascend_even_after_removals_and_a_reader_continues_behind_its_last_id() {
    let journal = journal(100, usize::MAX);
    let ids: Vec<u64> = (0..6).map(|number| journal.push(record(&number.to_string(), b"", b""))).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6]);
    assert_eq!(journal.forget(u64::MAX, |record| matches!(record.path(), "/1" | "/4")), 2);
    assert_eq!(paths(&journal), ["/0", "/2", "/3", "/5"]);
    assert_eq!(journal.entry(3).map(|entry| entry.record.path().to_owned()).as_deref(), Some("/2"));
    assert!(journal.entry(2).is_none() && journal.entry(0).is_none() && journal.entry(7).is_none());
    let seen: Vec<u64> = journal.entries_since(3).iter().map(|entry| entry.id).collect();
    assert_eq!(seen, [4, 6]);
    assert_eq!(journal.forget(u64::MAX, |_| true), 4);
    assert_eq!(journal.size(), (0, 0));
    assert_eq!(journal.push(record("6", b"", b"")), 7);
    assert_eq!(journal.last_id(), 7);
}

#[test]
fn a_body_that_is_read_after_the_response_is_recorded() {
    let journal = journal(100, usize::MAX);
    let (tee, copy) = tee(b"POST/late".to_vec(), 8);
    tee.push(b"{\"a\"");
    journal.push_with_body(&copy, |text, body_bytes| {
        let mut record = record("late", &text[9..], b"answer");
        record.body_bytes = body_bytes;
        record.text.extend_from_slice(b"\0\0\0\0\0\0\0\0"); // a header of the answer
        journal.push(record)
    });
    let before = journal.entry(1).unwrap().record;
    assert_eq!((before.body(), before.body_bytes), (&b"{\"a\""[..], 4));
    assert!(!journal.is_settled());
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            journal.settle();
            journal.entry(1).unwrap().record
        });
        let task = scope.spawn(|| {
            Builder::new_current_thread().enable_time().build().unwrap().block_on(journal.settled());
            journal.entry(1).unwrap().record
        });
        tee.push(b":123456}");
        drop(tee);
        let (after, seen_by_task) = (reader.join().unwrap(), task.join().unwrap());
        assert_eq!(seen_by_task.body(), after.body());
        assert_eq!((after.body(), after.body_bytes), (&b"{\"a\":123"[..], 12), "as much as is kept");
        assert_eq!(
            (after.path(), after.answer(), after.answer_headers().count()),
            ("/late", &b"answer"[..], 1)
        );
    });
    assert!(journal.is_settled());
    assert_eq!(journal.size().1, journal.entry(1).unwrap().record.size());
}

#[test]
fn a_late_body_of_a_removed_request_is_dropped() {
    let journal = journal(100, usize::MAX);
    let (tee, copy) = tee(Vec::new(), 8);
    journal.push_with_body(&copy, |_, _| journal.push(record("late", b"", b"")));
    journal.forget(u64::MAX, |_| true);
    tee.push(b"{}");
    drop(tee);
    assert!(journal.is_settled());
    assert_eq!(journal.size(), (0, 0));
}

#[test]
fn concurrent_recordings_lose_no_record_and_sizes_add_up() {
    let journal = journal(50, usize::MAX);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..200 {
                    journal.push(record(&number.to_string(), &vec![b' '; number], b""));
                    if number % 50 == 0 {
                        journal.forget(u64::MAX, |record| record.path().ends_with('3'));
                    }
                    _ = paths(&journal);
                }
            });
        }
    });
    let entries = journal.entries_since(0);
    assert_eq!(journal.last_id(), 800);
    assert!(entries.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert_eq!(journal.size().1, entries.iter().map(|entry| entry.record.size()).sum::<usize>());
}
