//! `shop bench-writer`: one of the processes that `shop bench` starts to contend for a stream.

use crate::bench::{Who, Writer};
use crate::failure::Failure;
use crate::terminal;
use foldlog::StreamName;

/// Write to one stream of a bench's store as soon as the input ends
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub(crate) struct BenchWriter {
    /// Where the store answers
    url: String,
    /// The stream that others write to as well
    stream: StreamName,
    /// By the event log or without it
    #[arg(value_enum)]
    who: Who,
    /// How many commands
    commands: u64,
}

impl BenchWriter {
    pub(super) async fn run(&self) -> Result<(), Failure> {
        let writer = Writer::at(&self.url, self.stream.clone(), self.who).await?;
        terminal::line("ready")?;
        tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await?;
        terminal::json_line(&writer.write(self.commands).await?)
    }
}
