//! A run: the cases one after the other on one store, or another measurement on it.

use crate::case::Case;
use crate::comparison::Comparison;
use crate::error::BenchError;
use crate::figures::Report;
use crate::schema::{self, Change};
use crate::settings::{self, Cost};
use crate::visible::{self, Observer};
use crate::{machine, store};
use foldlog_local::Host;
use indicatif::ProgressBar;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::oneshot;

/// Runs the cases, each side for about `limit` in each of them. `program` is the path of this program, which some cases
/// start again.
pub(crate) async fn run(
    program: PathBuf,
    cases: Vec<Case>,
    limit: Duration,
    bar: ProgressBar,
) -> Result<Report, BenchError> {
    let whole = [Case::Visible, Case::BesideRebuild].iter().any(|case| cases.contains(case));
    let host = if whole { Some(visible::shop().await?) } else { None };
    let onlooker = host.as_ref().map(Observer::of).transpose()?;
    let shop = host.as_ref().map(Host::url);
    let report = on_a_store(async move |url| {
        let mut comparison = Comparison::at(&url, program).await?;
        (comparison.shop, comparison.onlooker) = (shop, onlooker);
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
    if let Some(host) = host {
        host.stop().await;
    }
    report
}

/// Measures the cost of each setting of the client, in this number of rounds.
pub(crate) async fn costs(rounds: u64) -> Result<Vec<Cost>, BenchError> {
    on_a_store(async move |url| settings::costs(&url, rounds).await).await
}

/// Changes the shape of a state on a long stream.
pub(crate) async fn schema(options: schema::Options) -> Result<Change, BenchError> {
    on_a_store(async move |url| Box::pin(schema::change(&url, options)).await).await
}

/// Starts a store, and runs the client's work against it.
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
        // The receiver may be gone.
        let _ = reply.send(runtime.and_then(|runtime| runtime.block_on(client(url))));
    });
    let result = match thread {
        Ok(_) => tokio::select! {
            result = result => result.unwrap_or_else(|gone| Err(BenchError::Thread(gone.to_string()))),
            // The store's temporary directory is removed all the same.
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
    use crate::streams::Who;

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
        assert_eq!((ours.done, ours.counts.conflicts, ours.counts.requests), (400, 0, 401));
        assert!(raw.done == 400 && raw.counts.conflicts > 100 && raw.counts.requests > 600, "{raw:?}");
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
    fn a_live_commit_beside_a_fill_takes_the_same_whatever_the_length_of_its_stream() {
        let report = run_cases(&["live_beside_fill_10", "live_beside_fill_1000"]);
        let [short, long] = report.cases.as_slice() else { panic!("two cases") };
        for case in [short, long] {
            // The register twice, a look at the new row, and the row that is read, which the first commit looks for too.
            assert_eq!((case.ours.requests.0, case.ours.write_units.0), (4_020, 1_000), "{case:?}");
            assert_eq!((case.raw.requests.0, case.raw.write_units.0), (1_000, 1_000), "{case:?}");
        }
        assert!(long.ours.bytes.abs_diff(short.ours.bytes) < 20, "{short:?} {long:?}");
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
