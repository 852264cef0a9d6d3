//! Responses that take long to make and may be large: exports, journals, reports, Pact files. Only one is made at a time.

use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::http::answer;
use crate::http::blocking::blocking;
use axum::http::StatusCode;
use axum::response::Response;
use hyper::body::Bytes;
use serde::Serialize;
use std::io::{self, Write};
use std::sync::Arc;

/// Makes a document that takes long to make and may be large, and returns it with the other result of `make`. The next one
/// is made when the budget has room for this one.
pub(super) async fn large_answer<T: Send + 'static>(
    app: &Shared, make: impl FnOnce() -> Result<(Vec<u8>, T), Refused> + Send + 'static,
) -> Result<(Bytes, T), Refused> {
    let turn = Arc::clone(&app.large_answers).acquire_owned().await.ok();
    let made = move || {
        let mut made = make();
        // Allocators leave a vector where it is if it fills at least half of the place, so all of the place is reserved.
        let place = made.as_ref().map_or(0, |(document, _)| document.capacity());
        if let Ok((document, _)) = &mut made {
            document.shrink_to_fit();
        }
        (made, place, turn)
    };
    let (made, place, _turn) = blocking(made).await;
    let (document, other) = made?;
    let memory = app.budget.make(place).await?;
    Ok((memory.hold(document), other))
}

/// 200 with a large JSON document, made by [`large_answer`].
pub(crate) async fn large_json(
    app: &Shared, make: impl FnOnce() -> Result<Vec<u8>, Refused> + Send + 'static,
) -> Result<Response, Refused> {
    let (document, ()) = large_answer(app, || Ok((make()?, ()))).await?;
    Ok(answer::json(StatusCode::OK, document))
}

/// 200 with a JSON document that may be as large as everything that is stored. It is written when the budget has room for
/// it, into a vector of its length. Therefore it is serialised twice: without knowing the length, the vector would grow to
/// up to twice the length, beside a copy of half of it.
pub(super) async fn measured_json<D: Serialize + Send + 'static>(
    app: &Shared, make: impl FnOnce() -> Result<D, Refused> + Send + 'static,
) -> Result<Response, Refused> {
    let turn = Arc::clone(&app.large_answers).acquire_owned().await.ok();
    let measured = move || {
        let document = make()?;
        let bytes = length(&document).map_err(|error| unwritable(&error))?;
        Ok::<_, Refused>((document, bytes, turn))
    };
    let (document, bytes, turn) = blocking(measured).await?;
    let memory = app.budget.make(bytes).await?;
    let written = move || {
        let _until_done = turn;
        let mut body = Vec::with_capacity(bytes);
        serde_json::to_writer(&mut body, &document).map_err(|error| unwritable(&error))?;
        Ok::<_, Refused>(memory.hold(body))
    };
    Ok(answer::json(StatusCode::OK, blocking(written).await?))
}

fn unwritable(error: &serde_json::Error) -> Refused {
    Refused::because("", format!("what is stored cannot be written: {error}"))
}

/// The number of bytes that `document` has as JSON.
fn length(document: &impl Serialize) -> serde_json::Result<usize> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, document)?;
    Ok(length.0)
}

/// The number of bytes that were written to it.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;
    use crate::base::config::Config;
    use serde::Serializer;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const KIB: usize = 1024;

    /// A document of some length that counts how often it is serialised.
    struct Text(usize, Arc<AtomicUsize>);

    impl Serialize for Text {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.1.fetch_add(1, Ordering::SeqCst);
            serializer.serialize_str(&"x".repeat(self.0))
        }
    }

    #[tokio::test]
    async fn a_measured_document_is_written_only_when_the_budget_has_room_for_it() {
        let config = Config::default().with_max_pending_bytes(1024 * KIB);
        let app = Arc::new(App::new(config, &crate::http::openapi::DESCRIPTION).unwrap());
        let others = app.budget.make(600 * KIB).await.unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let document = Text(600 * KIB, Arc::clone(&count));
        let answering = tokio::spawn({
            let app = Arc::clone(&app);
            async move { measured_json(&app, || Ok(document)).await }
        });
        while !app.budget.is_spent() {
            tokio::task::yield_now().await;
        }
        assert_eq!(count.load(Ordering::SeqCst), 1, "it is only measured");
        drop(others);
        let answer = answering.await.unwrap().unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 2);
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert_eq!(body, format!("\"{}\"", "x".repeat(600 * KIB)));
    }

    #[tokio::test]
    async fn the_whole_place_of_a_document_is_reserved() {
        let config = Config::default().with_max_pending_bytes(1024 * KIB);
        let app = Arc::new(App::new(config, &crate::http::openapi::DESCRIPTION).unwrap());
        let make = || {
            let mut document = Vec::with_capacity(1000 * KIB);
            document.resize(600 * KIB, b'x');
            Ok((document, ()))
        };
        let (document, ()) = large_answer(&app, make).await.unwrap();
        assert_eq!(document.len(), 600 * KIB);
        let mut next = std::pin::pin!(app.budget.make(300 * KIB));
        assert!(futures_util::poll!(next.as_mut()).is_pending());
        drop(document);
        assert!(next.await.is_ok());
    }
}
