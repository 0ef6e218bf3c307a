//! A stream of any length through a change of its state's shape: what commands of today's release and of the next one
//! cost, before, while and after its snapshots are prepared.

use crate::account::{Account, Balance, Book, Event, Full};
use crate::error::BenchError;
use crate::meter::{Counts, Meter};
use crate::ours::{append, fresh_stream, metadata, one};
use crate::store::{self, TABLE};
use crate::thousandths::nanos;
use aws_sdk_dynamodb::Client;
use foldlog::past::prepare::{Preparation, prepare};
use foldlog::past::replay::streams_of;
use foldlog::write::log::LONGEST_LOAD;
use foldlog::write::prepared;
use foldlog::{Commands, Decider, ExecuteError, LogError, ReadOptions, SnapshotPolicy, StreamName, Version};
use foldlog_dynamo::Log;
use foldlog_lambda::SystemHost;
use serde::{Deserialize, Serialize};
use shop_domain::values::AccountId;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Change the shape of a state on a long stream, while commands go on
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Options {
    /// The number of commits in the stream
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    commits: u64,
    /// The most commits that a load reads
    #[arg(long, value_name = "N", default_value_t = LONGEST_LOAD)]
    longest_load: usize,
}

/// The account of the next release: it also keeps the largest entry.
struct Next;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Richer {
    balance: Balance,
    largest: u64,
}

impl Decider for Next {
    const CATEGORY: &'static str = Account::CATEGORY;
    const STATE_SCHEMA: u32 = 2;
    type Id = AccountId;
    type State = Richer;
    type Command = Book;
    type Event = Event;
    type Refusal = Full;

    fn decide(state: &Richer, command: &Book) -> Result<Vec<Event>, Full> {
        Account::decide(&state.balance, command)
    }

    fn evolve(state: Richer, event: &Event) -> Richer {
        let Event::Booked { amount, .. } = event;
        Richer { largest: state.largest.max(*amount), balance: Account::evolve(state.balance, event) }
    }
}

/// What something took.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Took {
    /// Its requests, answers included.
    #[serde(flatten)]
    counts: Counts,
    /// Its time.
    micros: u64,
}

/// The change, from one end to the other.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Change {
    /// The commits of the stream.
    commits: u64,
    /// A command of today's release in a new process.
    today: Took,
    /// A command of the next release, which is refused: nothing is prepared.
    unprepared: Took,
    /// The preparation.
    preparation: Took,
    /// The snapshots that it wrote.
    snapshots: usize,
    /// The commands of today's release that were carried out meanwhile, and the longest of them.
    meanwhile: u64,
    longest_micros: u64,
    /// A command of the next release in a new process, and one in another after it.
    first: Took,
    second: Took,
    /// A state in the middle of the stream, as the next release reads it.
    past: Took,
}

/// Goes through the change on a database.
pub(crate) async fn change(url: &str, options: Options) -> Result<Change, BenchError> {
    let meter = Meter::default();
    let client = store::client(url, &meter);
    let stream = fresh_stream()?;
    let filling = commands::<Account>(&client, options);
    for _ in 0..options.commits {
        append(&filling, &stream, &one(), &metadata(&one())?).await?;
    }
    let carried_out =
        async || append(&commands::<Account>(&client, options), &stream, &one(), &metadata(&one())?).await;
    let by_next = async || {
        let done = commands::<Next>(&client, options).execute(&stream, &one(), &metadata(&one())?).await;
        Ok::<_, BenchError>(done.map(drop))
    };
    let (today, ()) = took(&meter, Box::pin(carried_out())).await?;
    let (unprepared, refused) = took(&meter, Box::pin(by_next())).await?;
    if !matches!(refused, Err(ExecuteError::Log(LogError::TooLong { .. }))) {
        return Err(BenchError::Wrong(format!("a stream of {} commits is not too long to load", options.commits)));
    }
    let (preparation, (snapshots, meanwhile, longest)) =
        took(&meter, Box::pin(beside(&client, options, &stream))).await?;
    let mut served = Vec::new();
    for _ in 0..2 {
        let (took, done) = took(&meter, Box::pin(by_next())).await?;
        done.map_err(|error| BenchError::Wrong(error.to_string()))?;
        served.push(took);
    }
    let [first, second] = served.try_into().map_err(|_| BenchError::Wrong("two were served".to_owned()))?;
    let middle = ReadOptions { most: options.longest_load, ..ReadOptions::until(2, Version(options.commits / 2)) };
    let log = Log::new(client.clone(), TABLE);
    let load = async || {
        let history = prepared::load(&log, &stream, middle).await;
        history.map_err(|error| BenchError::Wrong(error.to_string()))
    };
    let (past, _) = took(&meter, Box::pin(load())).await?;
    let (commits, longest_micros) = (options.commits, nanos(longest) / 1_000);
    Ok(Change { commits, today, unprepared, preparation, snapshots, meanwhile, longest_micros, first, second, past })
}

/// Commands that remember no stream yet.
fn commands<D: Decider>(client: &Client, options: Options) -> Commands<D, Log, SystemHost> {
    let policy = SnapshotPolicy { longest_load: options.longest_load, ..SnapshotPolicy::default() };
    Commands::new(Log::new(client.clone(), TABLE), SystemHost).with_snapshots(policy)
}

/// Prepares a stream while a client carries out commands on it: the snapshots, and the number and the longest of the
/// commands.
async fn beside(client: &Client, options: Options, stream: &StreamName) -> Result<(usize, u64, Duration), BenchError> {
    let (log, ended) = (Log::new(client.clone(), TABLE), Cell::new(false));
    let preparing = async {
        let of_next = streams_of::<Next>();
        let done = prepare(&log, &SystemHost, &*of_next, stream, options.longest_load / 2, |_| {}).await;
        ended.set(true);
        done.map_err(|error| BenchError::Wrong(error.to_string()))
    };
    let live = commands::<Account>(client, options);
    let commanding = async {
        let (mut done, mut longest) = (0, Duration::ZERO);
        while !ended.get() {
            let begun = Instant::now();
            append(&live, stream, &one(), &metadata(&one())?).await?;
            (done, longest) = (done + 1, longest.max(begun.elapsed()));
        }
        Ok::<_, BenchError>((done, longest))
    };
    let (Preparation { snapshots, .. }, (done, longest)) = futures::try_join!(preparing, commanding)?;
    Ok((snapshots, done, longest))
}

async fn took<T>(meter: &Meter, work: impl Future<Output = Result<T, BenchError>>) -> Result<(Took, T), BenchError> {
    meter.start();
    let begun = Instant::now();
    let done = work.await;
    let (micros, counts) = (nanos(begun.elapsed()) / 1_000, meter.stop());
    Ok((Took { counts, micros }, done?))
}

/// The change as a table.
pub(crate) fn table(change: &Change) -> String {
    let line = |name: &str, took: &Took| {
        let (requests, bytes) = (took.counts.requests, took.counts.bytes);
        format!("{name:<52} {requests:>9} {bytes:>12} {:>10}.{:03}\n", took.micros / 1_000, took.micros % 1_000)
    };
    let lines = [
        ("today's release, a command in a new process", &change.today),
        ("the next release, refused: nothing is prepared", &change.unprepared),
        ("the preparation, and the commands beside it", &change.preparation),
        ("the next release, its first command", &change.first),
        ("the next release, in another new process", &change.second),
        ("the next release, a state in the middle", &change.past),
    ];
    let lines: String = lines.map(|(name, took)| line(name, took)).concat();
    let Change { commits, snapshots, meanwhile, longest_micros, .. } = change;
    format!(
        "{:<52} {:>9} {:>12} {:>14}\n{lines}{snapshots} snapshots were prepared; {meanwhile} commands went on \
         meanwhile, the longest took {}.{:03} ms",
        format!("on a stream of {commits} commits"),
        "requests",
        "bytes",
        "ms",
        longest_micros / 1_000,
        longest_micros % 1_000,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_release_serves_a_prepared_stream_in_few_requests_whatever_its_length() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let counts = |commits| {
            let change = runtime.block_on(async {
                let host = store::start().await.unwrap();
                let change = change(&host.aws_url(), Options { commits, longest_load: 100 }).await.unwrap();
                host.stop().await;
                change
            });
            assert!(change.meanwhile > 0 && table(&change).contains("commands went on"), "{change:?}");
            let requests = |took: Took| took.counts.requests;
            // Two pages back, the prepared snapshot, a page or two back to its commit, and the append.
            assert!((5..=6).contains(&requests(change.first)), "{change:?}");
            (requests(change.today), requests(change.unprepared), requests(change.second))
        };
        // A load and an append; two pages back, and in vain for what was prepared; a load and an append again.
        assert_eq!((counts(150), counts(600)), ((2, 3, 2), (2, 3, 2)));
    }
}
