//! What is written for a person and what for a program: results on stdout, everything else on stderr.

use crate::failure::Failure;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::{IsTerminal, Write};
use terminal_size::{Width, terminal_size_of};

/// How a bar looks.
const BAR: &str = "{msg:<22} {bar:30} {pos}/{len} {elapsed}";

/// Writes a line to stdout.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{text}")?;
    Ok(stdout.flush()?)
}

/// Writes a value to stdout as one line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> Result<(), Failure> {
    line(&serde_json::to_string(value).map_err(std::io::Error::other)?)
}

/// Writes a value to stdout as JSON for a person.
pub(crate) fn pretty_json(value: &impl Serialize) -> Result<(), Failure> {
    line(&serde_json::to_string_pretty(value).map_err(std::io::Error::other)?)
}

/// How many columns stdout has; none where it is no terminal.
pub(crate) fn columns() -> Option<usize> {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    terminal_size_of(&stdout).map(|(Width(columns), _)| columns.into())
}

/// Tells on stderr why the command failed, in one line.
pub(crate) fn complain(text: &str) {
    anstream::eprintln!("\u{1b}[1;31merror:\u{1b}[0m {}", one_line(text));
}

/// Tells something on stderr by the way.
pub(crate) fn remark(text: &str) {
    anstream::eprintln!("\u{1b}[1;33mnote:\u{1b}[0m {}", one_line(text));
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A bar on stderr for so many steps; invisible where stderr is no terminal.
pub(crate) fn bar(label: &'static str, steps: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(u64::try_from(steps).ok(), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(BAR) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.with_message(label)
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_message_is_one_line_whatever_an_answer_says() {
        assert_eq!(one_line("first\n  second\tthird "), "first second third");
    }
}
