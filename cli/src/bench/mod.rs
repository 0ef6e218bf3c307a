//! `shop bench`: the event log beside the raw SDK client, on one store and in one run.
//!
//! `store` starts an embedded `DynamoDB` and speaks to it as one does without an event log; `account` is the stream
//! type that is benched. A `case` is run by `contest` in rounds, on streams from `lanes`; `meter` counts the requests,
//! `figures` are what comes out, which `table` and `plot` show. Times are those of one machine and a store that is no
//! `DynamoDB`: what holds elsewhere are the counts, and by and large the ratios.

mod account;
mod case;
mod contest;
mod figures;
mod lanes;
mod machine;
mod meter;
mod plot;
mod store;
mod table;

pub(crate) use case::Case;
pub(crate) use figures::Report;
pub(crate) use plot::{PlotError, plot};
pub(crate) use table::table;

use contest::Contest;
use indicatif::ProgressBar;
use local::HostError;
use std::time::Duration;
use tokio::sync::oneshot;

/// Why a run ended without figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// The store does not start.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(String),
    /// What was measured is not what should have been.
    #[error("the figures would be wrong: {0}")]
    Wrong(String),
    /// Somebody had enough.
    #[error("interrupted before all cases were measured")]
    Interrupted,
    /// The client's own thread does not start, or ended early.
    #[error("the client's thread: {0}")]
    Thread(String),
}

/// Runs the cases, each side for about `limit` in each of them.
///
/// The client has a thread of its own, so that its processor time can be told from the store's.
pub(crate) async fn run(cases: Vec<Case>, limit: Duration, bar: ProgressBar) -> Result<Report, BenchError> {
    let host = store::start().await?;
    let url = host.aws_url();
    let (reply, report) = oneshot::channel();
    let client = std::thread::Builder::new().name("client".to_owned()).spawn(move || {
        // Nobody waits any more where the receiver is gone.
        let _ = reply.send(run_here(&url, &cases, limit, &bar));
    });
    let report = match client {
        Ok(_) => tokio::select! {
            report = report => report.unwrap_or_else(|gone| Err(BenchError::Thread(gone.to_string()))),
            // The store's temporary directory goes all the same.
            Ok(()) = tokio::signal::ctrl_c() => Err(BenchError::Interrupted),
        },
        Err(error) => Err(BenchError::Thread(error.to_string())),
    };
    host.stop().await;
    report
}

fn run_here(url: &str, cases: &[Case], limit: Duration, bar: &ProgressBar) -> Result<Report, BenchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| BenchError::Thread(error.to_string()))?.block_on(async {
        let mut contest = Contest::at(url).await?;
        let mut figures = Vec::new();
        for case in cases {
            bar.set_message(case.to_string());
            figures.push(contest.run(*case, limit).await?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(Report { machine: machine::describe(), cases: figures })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_cases(names: &[&str]) -> Report {
        let cases = names.iter().map(|name| name.parse().unwrap()).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(run(cases, Duration::from_millis(50), ProgressBar::hidden())).unwrap()
    }

    #[test]
    fn a_run_counts_what_the_requests_of_each_case_take() {
        let report = run_cases(&["append_warm_1", "append_cold_1", "append_5_events", "load_10"]);
        let [warm, cold, five, load] = report.cases.as_slice() else { panic!("four cases") };
        assert_eq!((warm.name.as_str(), warm.requests.0, warm.write_units.0), ("append_warm_1", 1_000, 1_000));
        assert_eq!((cold.requests.0, cold.write_units.0, cold.read_units.0), (2_000, 1_000, 500));
        assert_eq!((five.requests.0, five.write_units.0, five.read_units.0), (1_000, 1_000, 0));
        assert_eq!((load.requests.0, load.write_units.0), (1_000, 0));
        for case in &report.cases {
            assert!(case.commands > 0 && case.p50_us <= case.p99_us && case.raw_per_s > 0, "{case:?}");
            assert!((600..20_000).contains(&case.bytes), "{case:?}");
        }
    }
}
