//! The relay: publishes every commit's events to the bus. Stateless: what is published twice is recognised by
//! whoever reacts to it.

use aws_config::SdkConfig;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use dynamo::item::commit_of;
use eventbridge::EventBridgeBus;
use eventsourcing::{Bus, BusEntry};
use lambda::stream::{Change, Record, answer, records};
use lambda::{Error, Function, SettingError, Settings};

/// The handler.
pub struct Relay<B> {
    bus: B,
    system: String,
}

/// The deployed function.
pub fn function(settings: &Settings, aws: &SdkConfig) -> Result<Relay<EventBridgeBus>, SettingError> {
    let bus = EventBridgeBus::new(aws_sdk_eventbridge::Client::new(aws), settings.text("EVENT_BUS")?);
    Ok(Relay { bus, system: settings.text("EVENT_SOURCE")?.to_owned() })
}

impl<B: Bus + 'static> Function for Relay<B> {
    type Event = Event;
    type Answer = DynamoDbEventResponse;

    /// Publishes up to the first record that cannot be; from there on the batch is delivered again.
    async fn call(&self, event: Event) -> Result<DynamoDbEventResponse, Error> {
        let mut entries = Vec::new();
        let mut unreadable = None;
        let records = records(event);
        let first = records.first().map(|record| record.sequence_number.clone());
        for record in records {
            match self.entries(record) {
                Ok(of_record) => entries.extend(of_record),
                Err(sequence_number) => {
                    unreadable = Some(sequence_number);
                    break;
                }
            }
        }
        Ok(match self.bus.publish(&entries).await {
            Ok(()) => answer(unreadable.as_deref()),
            Err(error) => {
                tracing::error!(%error, "a batch was not published");
                answer(first.as_deref())
            }
        })
    }
}

impl<B> Relay<B> {
    /// A record's entries, or the sequence number of one that is no commit.
    fn entries(&self, record: Record) -> Result<Vec<BusEntry>, String> {
        let sequence_number = record.sequence_number;
        let Change::Added(item) = record.change else {
            tracing::error!(sequence_number, "tampering: an item of the log was changed or removed");
            return Ok(vec![]);
        };
        let entries = match commit_of(item) {
            Ok(commit) => BusEntry::of(&self.system, &commit).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        entries.map_err(|error| {
            tracing::error!(sequence_number, error, "a record of the log's stream is no commit");
            sequence_number
        })
    }
}
