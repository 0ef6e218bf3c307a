//! The event log's side: commands on accounts, and what surrounds them.

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
use std::num::ParseIntError;

/// A stream's owner: the commands of this process.
pub(super) type Accounts = Commands<Account, Log, SystemHost>;

/// Commands that remember nothing yet.
pub(super) fn accounts(client: &Client) -> Accounts {
    Commands::new(Log::new(client.clone(), TABLE), SystemHost)
}

/// Books one ordinary entry.
pub(super) const fn one() -> Book {
    Book { amount: 1, entries: 1, text: LONG, first: false }
}

/// Books five small ones.
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

/// Carries out the first command of a stream.
pub(super) async fn create(
    ours: &Accounts,
    stream: &StreamName,
    command: &Book,
    metadata: &Metadata,
) -> Result<(), BenchError> {
    append(ours, stream, &Book { first: true, ..command.clone() }, metadata).await
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
    expect(stream, done.effect, effect)
}

fn expect(stream: &StreamName, found: Effect, effect: Effect) -> Result<(), BenchError> {
    if found == effect {
        Ok(())
    } else {
        Err(BenchError::Wrong(format!("a command on {stream} was {found:?} instead of {effect:?}")))
    }
}

/// A new stream.
pub(super) fn fresh_stream() -> Result<StreamName, BenchError> {
    let id =
        identity::fresh_id(&SystemHost).parse().map_err(|error: ParseIntError| BenchError::Wrong(error.to_string()))?;
    Ok(StreamName::of::<Account>(&id))
}

/// What surrounds a client's command.
pub(super) fn metadata(command: &Book) -> Result<Metadata, BenchError> {
    Ok(Metadata {
        id: CommandId::fresh(&SystemHost),
        digest: Digest::of(command).map_err(|error| BenchError::Wrong(error.to_string()))?,
        correlation: Correlation { id: identity::fresh_id(&SystemHost), client: None },
        cause: None,
        actor: Actor(format!("{:032x}", SystemHost.bits())),
        expected: None,
    })
}
