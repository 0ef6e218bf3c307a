//! The relay: publishes every commit's events to the bus. It keeps no state: the reactions recognise an event that is
//! published twice.

use crate::ports::BusPorts;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use foldlog::read::parked::Trouble;
use foldlog::{Bus, BusEntry, Clock, EventId, ParkingLot, Publication};
use foldlog_dynamo::item::{commit_of, is_imported, key_of};
use foldlog_lambda::stream::{Change, Record, answer, records};
use foldlog_lambda::{Error, Function, SettingError, Settings};

/// The name under which it parks. What it parks was never published.
pub const NAME: &str = "relay";

/// The handler.
pub struct Relay<P: BusPorts> {
    /// Where it publishes.
    pub bus: P::Bus,
    /// How the events go onto it.
    pub publication: Publication,
    parked: P::ParkingLot,
    host: P::Host,
}

impl<P: BusPorts> Relay<P> {
    /// The relay onto a bus of these ports. `EVENT_SOURCE` is the system, by whose name the events are known there.
    /// `PERSONAL_CATEGORIES` has the categories of streams with personal data, separated by commas.
    pub fn new(ports: &P, bus: P::Bus, settings: &Settings) -> Result<Self, SettingError> {
        let personal = settings.text("PERSONAL_CATEGORIES")?.split(',').map(ToOwned::to_owned).collect();
        let publication = Publication { system: settings.text("EVENT_SOURCE")?.to_owned(), personal };
        Ok(Self { bus, publication, parked: ports.parked()?, host: ports.host() })
    }
}

impl<P: BusPorts> Function for Relay<P> {
    type Event = Event;
    type Answer = DynamoDbEventResponse;

    /// Publishes the events in the order of the records. A record that is no commit is parked, and the others go on;
    /// from the first that could be neither published nor parked on, the batch is delivered again.
    async fn call(&self, event: Event) -> Result<DynamoDbEventResponse, Error> {
        let mut entries: Vec<BusEntry> = Vec::new();
        // Of each entry, the record that it comes from.
        let mut origins: Vec<String> = Vec::new();
        let mut unparked = None;
        for record in records(event) {
            let sequence_number = record.sequence_number.clone();
            match self.entries(record).await {
                Ok(of_record) => {
                    origins.extend(of_record.iter().map(|_| sequence_number.clone()));
                    entries.extend(of_record);
                }
                Err(error) => {
                    tracing::error!(sequence_number, error, "a record that is no commit was not parked");
                    unparked = Some(sequence_number);
                    break;
                }
            }
        }
        Ok(match self.bus.publish(&entries).await {
            Ok(()) => answer(unparked.as_deref()),
            Err(error) => {
                tracing::error!(%error, first = error.first, "a batch was not published as a whole");
                answer(origins.get(error.first).or(origins.first()).map(String::as_str))
            }
        })
    }
}

impl<P: BusPorts> Relay<P> {
    /// A record's entries; none where it is parked, or no addition.
    async fn entries(&self, record: Record) -> Result<Vec<BusEntry>, Error> {
        let Change::Added(item) = record.change else {
            tracing::error!(record.sequence_number, "tampering: an item of the log was changed or removed");
            return Ok(vec![]);
        };
        if is_imported(&item) {
            // It was published where it was committed.
            return Ok(vec![]);
        }
        let Ok((stream, version)) = key_of(&item) else {
            // Without a key it has no event, and no repetition gives it one. The projector notes it as tampering.
            tracing::error!(record.sequence_number, ?item, "tampering: an item of the log has no stream and version");
            return Ok(vec![]);
        };
        let read = match commit_of(item) {
            Ok(commit) => self.publication.entries(&commit).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match read {
            Ok(entries) => Ok(entries),
            Err(error) => {
                let trouble = Trouble::with_event(NAME, &EventId { stream, version }, error, self.host.now());
                self.parked.park(&trouble).await?;
                tracing::error!(subject = %trouble.subject, trouble.error, "a commit was parked");
                Ok(vec![])
            }
        }
    }
}
