//! Many seeds on several threads. Each run uses one thread.

use crate::faults::Counts;
use crate::functions::BuildError;
use crate::judge::Violation;
use crate::run::run;
use crate::setting::Setting;
use foldlog_local::Topology;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The result of many runs.
#[derive(Debug, Default)]
pub struct Report {
    /// The number of runs.
    pub seeds: u64,
    /// The number of commits in all logs.
    pub commits: u64,
    /// The smallest number of commits in a run.
    pub fewest_commits: u64,
    /// The number of commands that clients sent.
    pub commands: u64,
    /// The number of occurrences of each fault.
    pub faults: Counts,
    /// The number of times that each event was appended.
    pub events: Counts,
    /// The number of orders that ended with each event.
    pub ends: Counts,
    /// The failed seeds, with the first violation of each.
    pub failures: Vec<(u64, Violation)>,
    /// The duration of all runs.
    pub took: Duration,
}

impl Report {
    /// Seeds per second, in thousandths.
    #[must_use]
    pub fn seeds_per_1000_s(&self) -> u64 {
        let ms = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX).max(1);
        self.seeds.saturating_mul(1_000_000) / ms
    }
}

/// Runs all these seeds and calls `done` after each.
pub fn campaign(
    seeds: Range<u64>,
    setting: Setting,
    topology: &Arc<Topology>,
    threads: NonZeroUsize,
    done: impl Fn(u64) + Sync,
) -> Result<Report, BuildError> {
    let began = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let report = Mutex::new(Ok(Report { fewest_commits: u64::MAX, ..Report::default() }));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let outcome = run(seed, setting, topology);
            done(seed);
            let mut report = crate::world::lock(&report);
            match (&mut *report, outcome) {
                (Ok(report), Ok(outcome)) => {
                    let commits = outcome.recording.commits.len() as u64;
                    report.seeds += 1;
                    report.commits += commits;
                    report.fewest_commits = report.fewest_commits.min(commits);
                    report.commands += outcome.recording.records.len() as u64;
                    add(&mut report.faults, outcome.faults);
                    add(&mut report.events, outcome.recording.events());
                    add(&mut report.ends, outcome.recording.ends());
                    report.failures.extend(outcome.violation.map(|violation| (seed, violation)));
                }
                (Ok(_), Err(error)) => *report = Err(error),
                (Err(_), _) => return,
            }
        }
    };
    std::thread::scope(|scope| (0..threads.get()).for_each(|_| drop(scope.spawn(work))));
    let mut report = report.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)?;
    report.failures.sort_by_key(|(seed, _)| *seed);
    report.took = began.elapsed();
    Ok(report)
}

fn add(all: &mut Counts, some: Counts) {
    for (name, count) in some {
        *all.entry(name).or_default() += count;
    }
}
