//! `shop projections rebuild`: build a new generation of a read model, and watch it until it is in use.

use crate::failure::Failure;
use crate::global::Global;
use crate::terminal;
use indicatif::ProgressBar;
use shop_api::operations::{Compared, GenerationShown, GenerationsOf, Rebuilding, StageName};
use shop_client::{ClientError, Session};
use std::time::{Duration, Instant};

/// The pause between two reads of the progress,
const LOOK: Duration = Duration::from_millis(250);
/// and the maximum wait for its beginning.
const PATIENCE: Duration = Duration::from_mins(2);

/// The layout of the bar.
const BAR: &str = "{prefix:<8} {bar:30} {pos}/{len} {elapsed} {msg}";

/// Rebuild a read model from the log while it is in use
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It fills a new generation of rows, compares it with the current one, row by row at the same version,
and switches readers to it if both are equal. The shop keeps the old one up to date until the next
rebuild or `shop projections cleanup`; `shop projections rollback` switches back to it. If you end
this command, the rebuild continues in the shop; run the command again to watch it.

Exit code 3 if the generations differ: readers stay where they are. If the old one is wrong, run
`shop projections flip --despite-differences`.

Examples:
  shop projections rebuild order
  shop projections rebuild sales --no-flip")]
pub(crate) struct Rebuild {
    /// Its name, as `shop projections status` prints it
    name: String,
    /// Do not switch readers
    #[arg(long)]
    no_flip: bool,
}

impl Rebuild {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        let before = generations(&operator, &self.name).await?;
        let under_way =
            { before.generations.iter() }.find(|one| matches!(one.stage, StageName::Filling | StageName::Comparing));
        let at_least = under_way.map_or(newest(&before) + 1, |under_way| under_way.generation);
        if under_way.is_none() {
            operator.post(&["ops", "projections", &self.name, "rebuild"]).send().await?.accepted()?;
        }
        let started = Instant::now();
        let bar = terminal::styled(BAR, None);
        let done = self.watch(&operator, at_least, &bar).await;
        bar.finish_and_clear();
        let (shown, new) = done?;
        let Some(comparison) = &new.comparison else { return Ok(()) };
        if comparison.different > 0 {
            if global.json {
                terminal::json_line(&shown)?;
            }
            return Err(Failure::Different(different(&self.name, &new, comparison)));
        }
        let shown = if self.no_flip { shown } else { self.flip(&operator, new.generation).await? };
        global.print(&shown, || {
            let (name, number, rows) = (&self.name, new.generation, comparison.rows);
            let next = if shown.read == number {
                format!("is in use now; `shop projections rollback {name}` switches back")
            } else {
                format!("is not in use yet; `shop projections flip {name}` switches to it")
            };
            let seconds = started.elapsed().as_secs();
            format!(
                "{name}: generation {number} has {rows} rows, each equal to that of generation {}, after {seconds} s, and {next}",
                before.read
            )
        })
    }

    /// Switches readers to a generation, unless another command that watches the same rebuild has.
    async fn flip(&self, operator: &Session, generation: u32) -> Result<GenerationsOf, ClientError> {
        match operator.post(&["ops", "projections", &self.name, "flip"]).send().await?.accepted() {
            Err(refused) if refused.is_problem("none-newer") => {
                let shown = generations(operator, &self.name).await?;
                if shown.read == generation { Ok(shown) } else { Err(refused) }
            }
            switched => switched?.json(),
        }
    }

    /// Watches a generation until it is complete.
    async fn watch(
        &self,
        operator: &Session,
        at_least: u32,
        bar: &ProgressBar,
    ) -> Result<(GenerationsOf, GenerationShown), Failure> {
        let started = Instant::now();
        loop {
            let shown = generations(operator, &self.name).await?;
            let number = newest(&shown).max(at_least);
            match shown.generations.iter().find(|one| one.generation == number).cloned() {
                Some(new) if new.stage == StageName::Complete => return Ok((shown, new)),
                Some(new) => new.progress.iter().for_each(|progress| show(bar, progress)),
                None if started.elapsed() > PATIENCE => {
                    let what = format!("no rebuild of {} has begun", self.name);
                    return Err(ClientError::Stalled { what, seconds: PATIENCE.as_secs() }.into());
                }
                None => {}
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

async fn generations(operator: &Session, name: &str) -> Result<GenerationsOf, ClientError> {
    operator.get(&["ops", "projections", name]).send().await?.accepted()?.json()
}

/// The highest number among the generations.
fn newest(shown: &GenerationsOf) -> u32 {
    shown.generations.iter().map(|one| one.generation).max().unwrap_or_default()
}

fn show(bar: &ProgressBar, progress: &Rebuilding) {
    bar.set_prefix(terminal::escaped(&progress.phase));
    // The number is approximate, and there may be more by now.
    bar.set_length(progress.of.unwrap_or_default().max(progress.read));
    bar.set_position(progress.read);
    let left = progress.remaining_s.map_or_else(String::new, |seconds| format!(", {seconds} s left"));
    let Rebuilding { per_s, parts, parts_done, .. } = progress;
    bar.set_message(format!("{per_s}/s, {parts_done} of {parts} parts{left}"));
}

fn different(name: &str, new: &GenerationShown, comparison: &Compared) -> String {
    let Compared { rows, different, first, .. } = comparison;
    let first = first.as_deref().unwrap_or_default();
    format!(
        "{name}: {different} of {rows} rows of generation {} differ from those in use, first {first}",
        new.generation
    )
}
