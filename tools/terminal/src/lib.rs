//! The shared parts of the command-line tools: they read arguments, write results to stdout and everything else to
//! stderr, and end with an exit code.

mod escape;

use clap::Parser;
pub use escape::one as escaped;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use terminal_size::{Width, terminal_size_of};
use tracing_subscriber::Layer;
pub use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The layout of a bar.
const BAR: &str = "{msg:<22} {bar:30} {pos}/{len} {elapsed}";

/// Why a tool failed, and its exit code.
pub trait Failed: std::error::Error {
    /// The exit code of the process.
    fn exit_code(&self) -> u8 {
        1
    }

    /// The output error, if it is one.
    fn output(&self) -> Option<&io::Error>;
}

/// The arguments of this process, or its exit code if they are invalid.
pub fn arguments<A: Parser>() -> Result<A, ExitCode> {
    A::try_parse().map_err(|usage| {
        // If the terminal is gone, the text cannot be shown.
        let _ = usage.print();
        ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2))
    })
}

/// Writes the program's own log to stderr, at the levels of `RUST_LOG` (`warn`, `foldlog_local=debug,info`), or else at
/// `usual`.
pub fn trace(usual: LevelFilter) {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(usual));
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let written = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(colours);
    tracing_subscriber::registry().with(written.with_filter(filter)).init();
}

/// Prints the error to stderr, if there is one, and returns the exit code.
pub fn ended(result: Result<(), impl Failed>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the output has closed it, as `head` does.
        Err(failure) if failure.output().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Writes lines to stdout.
pub fn line(text: &str) -> io::Result<()> {
    write(&escape::lines(text))
}

/// Writes one line to stdout, whatever is in it.
pub fn row(text: &str) -> io::Result<()> {
    write(&escape::one(text))
}

/// Writes a value to stdout as one line of JSON.
pub fn json_line(value: &impl Serialize) -> io::Result<()> {
    write(&escape::json(&serde_json::to_string(value)?))
}

/// Writes a value to stdout as JSON for a person.
pub fn pretty_json(value: &impl Serialize) -> io::Result<()> {
    write(&escape::json(&serde_json::to_string_pretty(value)?))
}

fn write(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}

/// The number of columns of stdout; none if it is no terminal.
#[must_use]
pub fn columns() -> Option<usize> {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    terminal_size_of(&stdout).map(|(Width(columns), _)| columns.into())
}

/// Prints to stderr in one line why the command failed.
fn complain(text: &str) {
    anstream::eprintln!("\u{1b}[1;31merror:\u{1b}[0m {}", one_line(text));
}

/// Prints a note to stderr.
pub fn remark(text: &str) {
    anstream::eprintln!("\u{1b}[1;33mnote:\u{1b}[0m {}", one_line(text));
}

fn one_line(text: &str) -> String {
    escape::one(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A progress bar on stderr for this number of steps; invisible if stderr is no terminal.
#[must_use]
pub fn bar(label: &'static str, steps: usize) -> ProgressBar {
    styled(BAR, u64::try_from(steps).ok()).with_message(label)
}

/// A progress bar on stderr with a layout in the template syntax of `indicatif`; invisible if stderr is no terminal.
#[must_use]
pub fn styled(template: &str, steps: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(steps, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// Does some work beside a [`bar`], which disappears afterwards.
pub async fn with_bar<T>(label: &'static str, steps: usize, work: impl AsyncFnOnce(&ProgressBar) -> T) -> T {
    let bar = bar(label, steps);
    let done = work(&bar).await;
    bar.finish_and_clear();
    done
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_message_is_one_line_whatever_an_answer_says() {
        assert_eq!(one_line("first\n  second\tthird "), "first second third");
        assert_eq!(one_line("\u{1b}[2Jgone\u{9b}1m"), "\\u{1b}[2Jgone\\u{9b}1m");
    }
}
