//! The log of the binary: flowmock's own events, a line each.

mod line;
mod subscriber;

use super::output::Output;
use clap::ValueEnum;
use line::Style;
use subscriber::Log;
use tracing::level_filters::LevelFilter;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines of text, coloured on a terminal.
    Pretty,
    /// One JSON object a line.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// Sends flowmock's own events to `output`, in colours if it `is_terminal`; those of its dependencies are dropped.
///
/// # Panics
/// If it is called twice.
pub(crate) fn to(output: Output, level: LogLevel, format: LogFormat, is_terminal: bool) {
    let colours = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let style = match format {
        LogFormat::Json => Style::Json,
        LogFormat::Pretty if colours => Style::Coloured,
        LogFormat::Pretty => Style::Plain,
    };
    let log = Log::new(output, level.into(), style);
    tracing::subscriber::set_global_default(log).expect("the log is set up once");
}
