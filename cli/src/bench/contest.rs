//! The run of a case: rounds in which first one side, then the other does the same commands.

use super::BenchError;
use super::case::Case;
use super::figures::{Figures, Side};
use super::lanes::{Accounts, Lanes, Step, Who, append, execute};
use super::meter::{Counts, Meter};
use super::store::{self, Raw, TABLE, item, newest};
use aws_sdk_dynamodb::Client;
use dynamo::Log;
use eventsourcing::{Commands, Effect};
use futures::future::try_join_all;
use lambda::SystemHost;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// How many commands a side does in a round,
const COMMANDS: u64 = 100;
/// and how long it goes on at most.
const ROUND: Duration = Duration::from_millis(200);
/// How long the round goes on whose requests are counted, where commands are slow.
const COUNTED: Duration = Duration::from_secs(1);
/// How many writers contend, and how many commands each of them has in a round.
const WRITERS: u64 = 16;
const COMMANDS_A_WRITER: u64 = 63;

/// Both sides on one table.
pub(super) struct Contest {
    client: Client,
    meter: Meter,
    lanes: Lanes,
}

impl Contest {
    /// Connects both sides.
    pub(super) async fn at(url: &str) -> Result<Self, BenchError> {
        let meter = Meter::default();
        let client = store::client(url, &meter);
        let lanes = Lanes::new(accounts(&client), Raw(client.clone())).await?;
        Ok(Self { client, meter, lanes })
    }

    /// Runs a case: a first round is counted, those behind it are timed, until each side had about `limit`.
    pub(super) async fn run(&mut self, case: Case, limit: Duration) -> Result<Figures, BenchError> {
        let (counted, counts) = self.counted(case).await?;
        self.round(case, Who::Raw, ROUND).await?;
        let (mut ours, mut raw) = (Side::default(), Side::default());
        let rounds = limit.as_millis().div_ceil(ROUND.as_millis()).max(2);
        let mut done = 0;
        while done < rounds && (done == 0 || ours.wall + raw.wall < limit * 2) {
            // Who comes second finds warmer caches.
            for who in if done % 2 == 0 { [Who::Ours, Who::Raw] } else { [Who::Raw, Who::Ours] } {
                let round = self.round(case, who, ROUND).await?;
                match who {
                    Who::Ours => ours.add(round),
                    Who::Raw => raw.add(round),
                }
            }
            done += 1;
        }
        Ok(Figures::of(case.to_string(), &ours, &raw, counts, counted))
    }

    /// A round of ours whose requests are counted: how many commands, and what they took.
    async fn counted(&mut self, case: Case) -> Result<(u64, Counts), BenchError> {
        let steps = self.steps(case, Who::Ours).await?;
        self.meter.start();
        let side = self.commands(case, Who::Ours, &steps, COUNTED).await;
        let counts = self.meter.stop();
        Ok((side?.durations.len() as u64, counts))
    }

    async fn round(&mut self, case: Case, who: Who, most: Duration) -> Result<Side, BenchError> {
        let steps = self.steps(case, who).await?;
        let side = self.commands(case, who, &steps, most).await?;
        if case == Case::Contention {
            self.check(&steps, who).await?;
        }
        Ok(side)
    }

    async fn steps(&mut self, case: Case, who: Who) -> Result<Vec<Step>, BenchError> {
        let count = if case == Case::Contention { WRITERS * COMMANDS_A_WRITER } else { COMMANDS };
        self.lanes.steps(case, who, count).await
    }

    async fn commands(&self, case: Case, who: Who, steps: &[Step], most: Duration) -> Result<Side, BenchError> {
        if case == Case::Contention {
            return self.contention(who, steps).await;
        }
        let (cpu, started) = (cpu(), Instant::now());
        let mut durations = Vec::with_capacity(steps.len());
        for step in steps {
            let begun = Instant::now();
            match who {
                Who::Ours => self.ours(case, step).await?,
                Who::Raw => self.raw(case, step).await?,
            }
            durations.push(begun.elapsed());
            if started.elapsed() > most {
                break;
            }
        }
        Ok(Side { durations, wall: started.elapsed(), cpu: spent(cpu) })
    }

    async fn ours(&self, case: Case, Step { stream, command, metadata, .. }: &Step) -> Result<(), BenchError> {
        match case {
            Case::Create | Case::AppendWarm(_) | Case::AppendFive | Case::Contention => {
                append(self.lanes.ours(), stream, command, metadata).await
            }
            Case::AppendCold(_) => append(&accounts(&self.client), stream, command, metadata).await,
            // The newest command once more: the answer is the stream's state, and nothing is written.
            Case::Load(_) => execute(&accounts(&self.client), stream, command, metadata, Effect::Repeated).await,
        }
    }

    async fn raw(&self, case: Case, step: &Step) -> Result<(), BenchError> {
        let raw = self.lanes.raw();
        if matches!(case, Case::AppendCold(_) | Case::Load(_)) {
            let items = raw.query(&step.raw, 0, false).await?;
            if (items.len() as u64) < case.earlier() {
                return Err(BenchError::Wrong(format!("{} has lost items", step.raw)));
            }
        }
        if !matches!(case, Case::Load(_)) && !raw.put(item(self.lanes.template(case), &step.raw, step.version)).await? {
            return Err(BenchError::Wrong(format!("an item stands at {}@{} already", step.raw, step.version)));
        }
        Ok(())
    }

    /// Sixteen writers on one new stream. The raw ones each know a version, and read on where it is taken.
    async fn contention(&self, who: Who, steps: &[Step]) -> Result<Side, BenchError> {
        let (cpu, started) = (cpu(), Instant::now());
        let writers = steps.chunks(usize::try_from(COMMANDS_A_WRITER).unwrap_or(usize::MAX)).map(async |steps| {
            let (mut durations, mut known) = (Vec::new(), 0);
            for step in steps {
                let begun = Instant::now();
                match who {
                    Who::Ours => self.ours(Case::Contention, step).await?,
                    Who::Raw => known = self.put_behind(&step.raw, known).await?,
                }
                durations.push(begun.elapsed());
            }
            Ok::<_, BenchError>(durations)
        });
        let durations = try_join_all(writers).await?.concat();
        Ok(Side { durations, wall: started.elapsed(), cpu: spent(cpu) })
    }

    async fn put_behind(&self, stream: &str, mut known: u64) -> Result<u64, BenchError> {
        let raw = self.lanes.raw();
        while !raw.put(item(self.lanes.template(Case::Contention), stream, known + 1)).await? {
            known = newest(&raw.query(stream, known, true).await?).unwrap_or(known);
        }
        Ok(known + 1)
    }

    /// Nothing lost, no gap: as many items as commands, and the newest has that version.
    async fn check(&self, steps: &[Step], who: Who) -> Result<(), BenchError> {
        let Some(step) = steps.first() else { return Ok(()) };
        let commands = steps.len() as u64;
        let stream = if who == Who::Ours { step.stream.as_str() } else { &step.raw };
        let items = self.lanes.raw().query(stream, 0, true).await?;
        if items.len() as u64 == commands && newest(&items) == Some(commands) {
            Ok(())
        } else {
            Err(BenchError::Wrong(format!("{commands} commands left {} items on {stream}", items.len())))
        }
    }
}

/// Commands that remember nothing yet.
fn accounts(client: &Client) -> Accounts {
    Commands::new(Log::new(client.clone(), TABLE), SystemHost)
}

/// What this thread, which the whole client runs on, has taken of the processor.
fn cpu() -> Option<Duration> {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).ok()
}

fn spent(before: Option<Duration>) -> Option<Duration> {
    cpu()?.checked_sub(before?)
}
