//! One of the processes that contend for a stream: it connects, waits for its input to end, writes, and tells.

use crate::error::BenchError;
use crate::meter::{Counts, Meter};
use crate::ours::{accounts, append, metadata, one};
use crate::processor::of_process;
use crate::store::{self, Raw, TABLE};
use crate::streams::{Streams, Who};
use foldlog::{Metadata, StreamName};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// What a process wrote.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Written {
    /// The ids of its commands, all of which were acknowledged.
    pub(crate) commands: Vec<String>,
    /// How long each took.
    pub(crate) durations_ns: Vec<u64>,
    /// What it took of the processor while it wrote.
    pub(crate) cpu_ns: Option<u64>,
    /// What its requests took.
    pub(crate) counts: Counts,
}

/// A writer that is connected.
pub(crate) struct Writer {
    meter: Meter,
    streams: Streams,
    stream: StreamName,
    who: Who,
}

impl Writer {
    /// Connects to the store at an address.
    pub(crate) async fn at(url: &str, stream: StreamName, who: Who) -> Result<Self, BenchError> {
        let meter = Meter::default();
        let client = store::client(url, &meter);
        let streams = Streams::new(accounts(&client), Raw::on(&client, TABLE)).await?;
        Ok(Self { meter, streams, stream, who })
    }

    /// Writes this number of commands.
    pub(crate) async fn write(self, commands: u64) -> Result<Written, BenchError> {
        self.meter.start();
        let (cpu, mut known) = (of_process(), 0);
        let (mut ids, mut durations_ns) = (Vec::new(), Vec::new());
        for _ in 0..commands {
            let metadata = metadata(&one())?;
            let begun = Instant::now();
            known = self.command(&metadata, known).await?;
            durations_ns.push(nanos(begun.elapsed()));
            ids.push(metadata.id.as_str().to_owned());
        }
        let cpu_ns = of_process().zip(cpu).map(|(after, before)| nanos(after.saturating_sub(before)));
        Ok(Written { commands: ids, durations_ns, cpu_ns, counts: self.meter.stop() })
    }

    /// The version that is known afterwards; the event log remembers it itself.
    async fn command(&self, metadata: &Metadata, known: u64) -> Result<u64, BenchError> {
        let Self { streams, stream, .. } = self;
        match self.who {
            Who::Ours => append(streams.ours(), stream, &one(), metadata).await.map(|()| known),
            Who::Raw => streams.raw().put_behind(streams.single(), stream.as_str(), known, metadata.id.as_str()).await,
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
