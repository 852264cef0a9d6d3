//! The log of the binary.

use super::output::Output;
use clap::ValueEnum;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

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
pub(crate) fn to(output: Output, level: LogLevel, format: LogFormat, is_terminal: bool) {
    let targets = Targets::new().with_target("flowmock", LevelFilter::from(level));
    let layer = tracing_subscriber::fmt::layer().with_writer(output);
    match format {
        LogFormat::Json => {
            tracing_subscriber::registry().with(layer.json().flatten_event(true).with_filter(targets)).init();
        }
        LogFormat::Pretty => {
            let colours = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            let layer = layer.with_target(false).with_ansi(colours);
            tracing_subscriber::registry().with(layer.with_filter(targets)).init();
        }
    }
}
