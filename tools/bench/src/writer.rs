//! One of the processes that contend for a stream: it connects, waits for its input to end, writes, and reports.

use crate::failure::Failure;
use crate::meter::{Counts, Meter};
use crate::ours::{accounts, metadata, one};
use crate::processor::of_process;
use crate::store::{self, Raw, TABLE};
use crate::streams::{Streams, Who};
use crate::thousandths::nanos;
use foldlog::StreamName;
use serde::{Deserialize, Serialize};
use shop_terminal as terminal;
use std::time::Instant;

/// Write to one stream of a bench's store as soon as the input ends
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub(crate) struct Writer {
    /// The address of the store
    url: String,
    /// The stream that others write to as well
    stream: StreamName,
    /// With the event log or without it
    #[arg(value_enum)]
    who: Who,
    /// The number of commands
    commands: u64,
}

/// The result of a process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Written {
    /// The ids of its commands, all of which were acknowledged.
    pub(crate) commands: Vec<String>,
    /// The duration of each.
    pub(crate) durations_ns: Vec<u64>,
    /// The processor time while it wrote.
    pub(crate) cpu_ns: Option<u64>,
    /// The cost of its requests.
    pub(crate) counts: Counts,
}

impl Writer {
    pub(crate) async fn run(&self) -> Result<(), Failure> {
        let meter = Meter::default();
        let client = store::client(&self.url, &meter);
        let streams = Streams::new(accounts(&client), Raw::on(&client, TABLE)).await?;
        terminal::line("ready")?;
        tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await?;
        meter.start();
        let (cpu, mut known) = (of_process(), 0);
        let (mut commands, mut durations_ns) = (Vec::new(), Vec::new());
        for _ in 0..self.commands {
            let metadata = metadata(&one())?;
            let begun = Instant::now();
            known = streams.contend(self.who, &self.stream, self.stream.as_str(), known, &metadata).await?;
            durations_ns.push(nanos(begun.elapsed()));
            commands.push(metadata.id.as_str().to_owned());
        }
        let cpu_ns = of_process().zip(cpu).map(|(after, before)| nanos(after.saturating_sub(before)));
        Ok(terminal::json_line(&Written { commands, durations_ns, cpu_ns, counts: meter.stop() })?)
    }
}
