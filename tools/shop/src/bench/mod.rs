//! `shop bench`: the event log beside the raw SDK client, on one store and in one run.
//!
//! `store` starts an embedded `DynamoDB` and speaks to it as one does without an event log; `account` is the stream
//! type that is benched, `ours` what its commands are carried out by. A `case` is run by `comparison` in rounds, on streams
//! from `streams`: one client, or a `crowd`, or `processes` of which each is a `writer`, or a `replay`. `meter` counts the
//! requests, `figures` are what comes out, which `table` and `plot` show. `projecting` is what follows the log, `visible`
//! how soon, `rebuilding` what makes rows anew, and `live_shop` what is left for a shop's customers meanwhile. `settings`
//! weighs those of the client, `cold` starts the functions' binaries. Times are those of one machine and a store that is
//! no `DynamoDB`: what holds elsewhere are the counts, and by and large the ratios.

mod account;
mod case;
pub(crate) mod cold;
mod comparison;
mod crowd;
mod figures;
mod live_shop;
mod machine;
mod meter;
mod ours;
mod plot;
mod processes;
mod projecting;
mod rebuilding;
mod replay;
mod settings;
mod store;
mod streams;
mod table;
mod visible;
mod writer;

pub(crate) use case::Case;
pub(crate) use figures::Report;
pub(crate) use plot::{PlotError, plot};
pub(crate) use settings::{Cost, settings};
pub(crate) use streams::Who;
pub(crate) use table::table;
pub(crate) use writer::Writer;

use crate::idle_host::SilentError;
use comparison::Comparison;
use foldlog_local::{Host, HostError};
use indicatif::ProgressBar;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::oneshot;
use visible::Observer;

/// Why a run ended without figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// The store does not start.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A shop where nothing moves by itself does not start.
    #[error(transparent)]
    Silent(#[from] SilentError),
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
    /// A process does not start, or ended early.
    #[error("a process: {0}")]
    Process(String),
}

/// Runs the cases, each side for about `limit` in each of them; `program` is this one, to be started again.
pub(crate) async fn run(
    program: PathBuf,
    cases: Vec<Case>,
    limit: Duration,
    bar: ProgressBar,
) -> Result<Report, BenchError> {
    let whole = [Case::Visible, Case::BesideRebuild].iter().any(|case| cases.contains(case));
    let shop = if whole { Some(visible::shop().await?) } else { None };
    let onlooker = shop.as_ref().map(Observer::of).transpose()?;
    let address = shop.as_ref().map(Host::url);
    let report = on_a_store(async move |url| {
        let mut comparison = Comparison::at(&url, program).await?.beside(onlooker, address);
        let mut figures = Vec::new();
        for case in cases {
            bar.set_message(case.to_string());
            figures.push(comparison.run(case, limit).await?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(Report { machine: machine::describe(), cases: figures })
    })
    .await;
    if let Some(shop) = shop {
        shop.stop().await;
    }
    report
}

/// Measures what each setting of the client costs, in so many rounds.
pub(crate) async fn costs(rounds: u64) -> Result<Vec<Cost>, BenchError> {
    on_a_store(async move |url| settings::costs(&url, rounds).await).await
}

/// Starts a store, and does something with it.
///
/// The client has a thread of its own, so that its processor time can be told from the store's.
async fn on_a_store<T: Send + 'static>(
    client: impl AsyncFnOnce(String) -> Result<T, BenchError> + Send + 'static,
) -> Result<T, BenchError> {
    let host = store::start().await?;
    let url = host.aws_url();
    let (reply, result) = oneshot::channel();
    let thread = std::thread::Builder::new().name("client".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| BenchError::Thread(error.to_string()));
        // Nobody waits any more where the receiver is gone.
        let _ = reply.send(runtime.and_then(|runtime| runtime.block_on(client(url))));
    });
    let result = match thread {
        Ok(_) => tokio::select! {
            result = result => result.unwrap_or_else(|gone| Err(BenchError::Thread(gone.to_string()))),
            // The store's temporary directory goes all the same.
            Ok(()) = tokio::signal::ctrl_c() => Err(BenchError::Interrupted),
        },
        Err(error) => Err(BenchError::Thread(error.to_string())),
    };
    host.stop().await;
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_cases(names: &[&str]) -> Report {
        let cases = names.iter().map(|name| name.parse().unwrap()).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(run(PathBuf::new(), cases, Duration::from_millis(50), ProgressBar::hidden())).unwrap()
    }

    #[test]
    fn a_run_counts_what_the_requests_of_each_case_take() {
        let report = run_cases(&["create", "append_warm_1", "append_cold_1", "append_5_events", "load_10"]);
        let [create, warm, cold, five, load] = report.cases.as_slice() else { panic!("five cases") };
        assert_eq!((create.ours.requests.0, create.ours.write_units.0), (1_000, 1_000));
        assert_eq!(warm.name, "append_warm_1");
        assert_eq!((warm.ours.requests.0, warm.ours.write_units.0), (1_000, 1_000));
        assert_eq!((cold.ours.requests.0, cold.ours.write_units.0, cold.ours.read_units.0), (2_000, 1_000, 500));
        assert_eq!((five.ours.requests.0, five.ours.write_units.0, five.ours.read_units.0), (1_000, 1_000, 0));
        assert_eq!((load.ours.requests.0, load.ours.write_units.0), (1_000, 0));
        for case in &report.cases {
            for side in [&case.ours, &case.raw] {
                assert!(side.commands > 0 && side.per_s > 0 && side.p50_us <= side.p99_us, "{case:?}");
                assert!((600..20_000).contains(&side.bytes) && side.conflicts.0 == 0, "{case:?}");
            }
            assert_eq!(case.ours.requests, case.raw.requests, "{case:?}");
        }
    }

    #[test]
    fn each_of_sixteen_clients_takes_a_request_a_command() {
        let report = run_cases(&["append_16_clients"]);
        let [clients] = report.cases.as_slice() else { panic!("one case") };
        assert_eq!(
            (clients.ours.requests.0, clients.ours.write_units.0, clients.raw.requests.0),
            (1_000, 1_000, 1_000)
        );
    }

    #[test]
    fn writers_of_one_process_do_not_conflict_and_raw_ones_do() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let contend = on_a_store(async |url| {
            let mut comparison = Comparison::at(&url, PathBuf::new()).await?;
            let ours = comparison.counted(Case::Contention, Who::Ours).await?;
            Ok([ours, comparison.counted(Case::Contention, Who::Raw).await?])
        });
        let [ours, raw] = runtime.block_on(contend).unwrap();
        // One reads the stream, and all of them write to it.
        assert_eq!((ours.done, ours.counts.conflicts, ours.counts.requests), (1_000, 0, 1_001));
        assert!(raw.done == 1_000 && raw.counts.conflicts > 100 && raw.counts.requests > 1_200, "{raw:?}");
    }

    #[test]
    fn a_projection_takes_one_request_a_stream_and_one_a_batch_for_the_register() {
        let report = run_cases(&["project_1", "project_10"]);
        let [single, ten] = report.cases.as_slice() else { panic!("two cases") };
        for (case, rows) in [(single, 1_000), (ten, 100)] {
            assert_eq!((case.ours.requests.0, case.raw.requests.0), (rows + 10, rows), "{case:?}");
            assert_eq!((case.ours.write_units, case.ours.read_units.0), (case.raw.write_units, 10), "{case:?}");
        }
    }

    #[test]
    fn a_rebuild_takes_a_request_a_row_and_few_more() {
        let report = run_cases(&["rebuild"]);
        let [rebuild] = report.cases.as_slice() else { panic!("one case") };
        // 2,000 commits of 400 streams: four scans and a put for each row.
        assert_eq!((rebuild.raw.requests.0, rebuild.raw.write_units.0), (202, 200));
        // Some forty more, however many rows there are: for the register, and for how far each of four parts has come.
        assert_eq!((rebuild.ours.requests.0, rebuild.ours.write_units.0), (223, 203), "{rebuild:?}");
        assert_eq!(rebuild.ours.conflicts.0, 0, "{rebuild:?}");
    }

    #[test]
    fn customers_are_served_beside_a_rebuild() {
        let report = run_cases(&["live_beside_rebuild"]);
        let [live] = report.cases.as_slice() else { panic!("one case") };
        assert!(live.ours.commands >= 200 && live.raw.commands >= 200 && live.raw.p50_us > 0, "{live:?}");
    }

    #[test]
    fn a_commit_is_seen_in_its_row() {
        let report = run_cases(&["visible"]);
        let [visible] = report.cases.as_slice() else { panic!("one case") };
        assert!(visible.ours.commands >= 20 && visible.ours.p50_us > 0, "{visible:?}");
    }

    #[test]
    fn a_replay_reads_all_events_once() {
        let report = run_cases(&["replay"]);
        let [replay] = report.cases.as_slice() else { panic!("one case") };
        assert!(replay.ours.commands >= 10_000 && replay.ours.commands % 10_000 == 0, "{replay:?}");
        // Four segments, each of fewer bytes than an answer holds: too few requests an event to show.
        assert_eq!((replay.ours.requests.0, replay.raw.requests.0), (0, 0));
        assert_eq!((replay.ours.write_units.0, replay.ours.read_units), (0, replay.raw.read_units));
    }
}
