//! The log lines of a function on its standard output, which Lambda sends to its log group.

use crate::settings::Settings;
use tracing::Dispatch;
use tracing::dispatcher::{SetGlobalDefaultError, set_global_default};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// The settings by which Lambda passes the function's `LoggingConfig`.
pub const FORMAT: &str = "AWS_LAMBDA_LOG_FORMAT";
/// The level from which lines are kept.
pub const LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// Prints the log lines of this process from now on, in the format and from the level that the function's
/// `LoggingConfig` names. Lambda passes both in the environment.
///
/// The runtime's crate has a subscriber of its own, which filters by expressions. Lambda does not need them, and their
/// engine takes up to a twentieth of the time before the first event (`docs/benchmarks/README.md`).
///
/// A panic is such a line too. The text that Rust prints for it has no level, so Lambda would take it for `INFO`.
pub(crate) fn listen(settings: &Settings) -> Result<(), SetGlobalDefaultError> {
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "the function panicked")));
    set_global_default(listener(settings, std::io::stdout))
}

/// Prints the log lines of a function with these settings. In JSON each line has the two fields that Lambda filters by:
/// without `level` or `timestamp`, it takes a line for one of the level `INFO`.
pub fn listener<W>(settings: &Settings, to: W) -> Dispatch
where
    W: for<'line> MakeWriter<'line> + Send + Sync + 'static,
{
    // The log's name is the function's.
    let lines = tracing_subscriber::fmt().with_max_level(level(settings)).with_target(false);
    let lines = lines.with_ansi(false).with_writer(to);
    if settings.text(FORMAT).is_ok_and(|format| format.eq_ignore_ascii_case("json")) {
        Dispatch::new(lines.json().finish())
    } else {
        Dispatch::new(lines.finish())
    }
}

/// Lambda's levels are those of `tracing`, and `FATAL`, which counts as `ERROR`: `tracing` has nothing above. The
/// default is `INFO`, as in Lambda.
fn level(settings: &Settings) -> LevelFilter {
    let name = level_name(settings);
    if name.eq_ignore_ascii_case("fatal") {
        return LevelFilter::ERROR;
    }
    name.parse().unwrap_or(LevelFilter::INFO)
}

/// The level that the function's `LoggingConfig` names.
pub(crate) fn level_name(settings: &Settings) -> &str {
    settings.text(LEVEL).unwrap_or("INFO")
}

#[cfg(test)]
mod tests {
    use super::{level, listener};
    use crate::settings::Settings;
    use serde_json::{Value, json};
    use std::io::Write;
    use std::sync::{Arc, Mutex};
    use tracing::level_filters::LevelFilter;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(text)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn settings(of: &[(&str, &str)]) -> Settings {
        of.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    /// The lines for a detail and a failure within an invocation.
    fn printed(settings: &Settings) -> String {
        let lines = Lines::default();
        let to = lines.clone();
        tracing::dispatcher::with_default(&listener(settings, move || to.clone()), || {
            tracing::info_span!("invoke", requestId = "r-1").in_scope(|| {
                tracing::debug!("a detail");
                tracing::error!(trouble = "deep", "failed");
            });
        });
        let text = lines.0.lock().unwrap().clone();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_line_in_json_has_its_level_its_fields_and_the_request_it_belongs_to() {
        let printed = printed(&settings(&[("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_LAMBDA_LOG_LEVEL", "INFO")]));
        let line: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(line["level"], "ERROR");
        assert!(line["timestamp"].as_str().unwrap().parse::<foldlog::Timestamp>().is_ok(), "{line}");
        assert_eq!(line["fields"], json!({ "message": "failed", "trouble": "deep" }));
        assert_eq!(line["span"], json!({ "name": "invoke", "requestId": "r-1" }));
    }

    #[test]
    fn without_a_format_it_is_text_and_no_colours() {
        let printed = printed(&settings(&[]));
        assert!(printed.contains("ERROR") && printed.contains("failed trouble=\"deep\""), "{printed}");
        assert!(!printed.contains('\u{1b}') && !printed.contains("a detail"), "{printed}");
    }

    #[test]
    fn details_are_printed_where_they_are_asked_for() {
        let printed = printed(&settings(&[("AWS_LAMBDA_LOG_LEVEL", "DEBUG")]));
        assert!(printed.lines().count() == 2 && printed.contains("a detail"), "{printed}");
    }

    #[test]
    fn every_level_of_lambda_is_known() {
        let of = |text| level(&settings(&[("AWS_LAMBDA_LOG_LEVEL", text)]));
        let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].map(of);
        let (trace, debug, info) = (LevelFilter::TRACE, LevelFilter::DEBUG, LevelFilter::INFO);
        assert_eq!(levels, [trace, debug, info, LevelFilter::WARN, LevelFilter::ERROR, LevelFilter::ERROR]);
        assert_eq!(level(&settings(&[])), info);
        assert_eq!(of("LOUD"), info);
    }
}
