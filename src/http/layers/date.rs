//! Dates responses by the server's clock if a test has set that clock. Otherwise hyper adds the machine's time.

use crate::app::App;
use crate::base::time;
use axum::http::{HeaderValue, Response, header};

/// Adds `Date`, unless the server's clock is the machine's.
pub(crate) fn add<B>(response: &mut Response<B>, app: &App) {
    if !app.env.clock.is_systems()
        && let Ok(date) = HeaderValue::try_from(time::http_date(app.env.now()))
    {
        response.headers_mut().insert(header::DATE, date);
    }
}
