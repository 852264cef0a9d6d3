//! [`Page`]: text of a fixed width, with indentation and colours.

use super::clean;
use crate::testkit::contract::report::Severity;
use unicode_width::UnicodeWidthStr;

/// The width of the text, in columns.
const WIDTH: usize = 80;

#[derive(Clone, Copy)]
pub(super) enum Style {
    Plain,
    Strong,
    Quiet,
    Good,
    Of(Severity),
}

impl Style {
    /// The parameters of the style's escape sequence.
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Quiet => "2",
            Self::Good => "32",
            Self::Of(Severity::Error) => "1;31",
            Self::Of(Severity::Warning) => "33",
            Self::Of(Severity::Info) => "36",
        }
    }
}

/// Text that is being written.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) colours: bool,
}

impl Page {
    /// Writes an empty line.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Writes a text, indented to `column`.
    pub(super) fn paragraph(&mut self, column: usize, style: Style, text: &str) {
        self.labelled(column, Style::Plain, "", column, style, text);
    }

    /// Writes a label at `column`, and beside it a text at `margin`. A label that does not fit is on a line of its own.
    pub(super) fn labelled(
        &mut self, column: usize, label_style: Style, label: &str, margin: usize, style: Style, text: &str,
    ) {
        let mut at = 0;
        if !label.is_empty() {
            self.indent(column);
            self.paint(label_style, label);
            at = column + label.width();
        }
        if at >= margin && at > 0 {
            self.text.push('\n');
            at = 0;
        }
        for line in wrap(&clean(text), WIDTH - margin) {
            self.indent(margin - at);
            self.paint(style, &line);
            self.text.push('\n');
            at = 0;
        }
    }

    fn indent(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n(' ', columns));
    }

    fn paint(&mut self, style: Style, text: &str) {
        let code = style.code();
        if self.colours && !code.is_empty() {
            self.text += &format!("\u{1b}[{code}m{text}\u{1b}[0m");
        } else {
            self.text += text;
        }
    }
}

/// Breaks a text into lines of at most `width` columns; at least one line. Longer words are cut.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let kept = line.len();
        if kept > 0 {
            line.push(' ');
        }
        line.push_str(word);
        if line.width() <= width {
            continue;
        }
        if kept > 0 {
            line.truncate(kept);
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
        while line.width() > width {
            let rest = line.split_off(cut(&line, width));
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The length in bytes of the beginning of `text` that fits into `width` columns; at least its first character.
fn cut(text: &str, width: usize) -> usize {
    let mut ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let first = ends.next().unwrap_or_default();
    // Combining characters have no width of their own, so widths of whole prefixes are compared.
    ends.take_while(|&end| text.get(..end).is_some_and(|part| part.width() <= width)).last().unwrap_or(first)
}
