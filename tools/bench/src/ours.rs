//! The event log's side: commands on accounts, with their metadata.

use crate::account::{Account, Book, LONG, SHORT};
use crate::error::BenchError;
use crate::store::TABLE;
use aws_sdk_dynamodb::Client;
use foldlog::{
    Actor, CommandId, Commands, Correlation, Digest, Effect, EventLog, ExecuteError, Metadata, Randomness, StreamName,
    write::identity,
};
use foldlog_dynamo::Log;
use foldlog_lambda::SystemHost;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::Serialize;
use shop_domain::values::Invalid;

/// The number of streams that are filled concurrently.
const AT_A_TIME: usize = 8;

/// The owner of the streams: the commands of this process.
pub(super) type Accounts = Commands<Account, Log, SystemHost>;

/// Commands that remember no stream yet.
pub(super) fn accounts(client: &Client) -> Accounts {
    Commands::new(Log::new(client.clone(), TABLE), SystemHost)
}

/// Books one ordinary entry.
pub(super) const fn one() -> Book {
    Book { amount: 1, entries: 1, text: LONG, first: false }
}

/// Books five small entries.
pub(super) const fn several() -> Book {
    Book { amount: 1, entries: 5, text: SHORT, first: false }
}

/// Carries out a command that must append.
pub(super) async fn append<L: EventLog>(
    ours: &Commands<Account, L, SystemHost>,
    stream: &StreamName,
    command: &Book,
    metadata: &Metadata,
) -> Result<(), BenchError> {
    execute(ours, stream, command, metadata, Effect::Appended).await
}

/// Carries out a command that must have this effect, and retries it after too many lost races.
pub(super) async fn execute<L: EventLog>(
    ours: &Commands<Account, L, SystemHost>,
    stream: &StreamName,
    command: &Book,
    metadata: &Metadata,
    effect: Effect,
) -> Result<(), BenchError> {
    let done = loop {
        match ours.execute(stream, command, metadata).await {
            Err(ExecuteError::Contended) => {}
            done => break done.map_err(|error| BenchError::Wrong(error.to_string()))?,
        }
    };
    if done.effect == effect {
        Ok(())
    } else {
        Err(BenchError::Wrong(format!("a command on {stream} was {:?} instead of {effect:?}", done.effect)))
    }
}

/// A new stream.
pub(super) fn fresh_stream() -> Result<StreamName, BenchError> {
    let id = identity::fresh_id(&SystemHost).parse().map_err(|error: Invalid| BenchError::Wrong(error.to_string()))?;
    Ok(StreamName::of::<Account>(&id))
}

/// Creates streams, and fills each by this number of repetitions of a command.
pub(super) async fn filled<L: EventLog>(
    ours: &Commands<Account, L, SystemHost>,
    streams: u64,
    commits: u64,
    command: &Book,
) -> Result<Vec<StreamName>, BenchError> {
    let filled = stream::iter((0..streams).map(async |_| {
        let stream = fresh_stream()?;
        for _ in 0..commits {
            append(ours, &stream, command, &metadata(command)?).await?;
        }
        Ok::<_, BenchError>(stream)
    }));
    filled.buffer_unordered(AT_A_TIME).try_collect().await
}

/// The metadata of a client's command.
pub(super) fn metadata(command: &impl Serialize) -> Result<Metadata, BenchError> {
    Ok(Metadata {
        id: CommandId::fresh(&SystemHost),
        digest: Digest::of(command).map_err(|error| BenchError::Wrong(error.to_string()))?,
        correlation: Correlation { id: identity::fresh_id(&SystemHost), client: None },
        cause: None,
        actor: Actor(format!("{:032x}", SystemHost.bits())),
        expected: None,
    })
}
