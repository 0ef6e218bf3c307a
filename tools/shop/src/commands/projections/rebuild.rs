//! `shop projections rebuild`: build a new generation of a read model, and watch it until it is in use.

use super::shown::{Comparison, Generation, Generations, Progress};
use crate::failure::Failure;
use crate::global::Global;
use crate::terminal;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use shop_client::{ClientError, Identity, Role, Session};
use std::time::{Duration, Instant};

/// The pause between two reads of the progress,
const LOOK: Duration = Duration::from_millis(250);
/// and how long to wait for its beginning.
const PATIENCE: Duration = Duration::from_mins(2);

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
        let operator = global.client()?.session(&Identity::of(Role::Operator)).await?;
        let before = Generations::of(&operator, &self.name).await?;
        let under_way = { before.generations.iter() }.find(|one| matches!(&*one.stage, "filling" | "comparing"));
        let at_least = under_way.map_or(before.newest() + 1, |under_way| under_way.generation);
        if under_way.is_none() {
            operator.post(&["ops", "projections", &self.name, "rebuild"]).send().await?.accepted()?;
        }
        let started = Instant::now();
        let bar = bar();
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
        let shown = if self.no_flip { shown } else { self.flip(&operator).await? };
        if global.json {
            return terminal::json_line(&shown);
        }
        let (name, number, rows, read) = (&self.name, new.generation, comparison.rows, shown.read);
        let next = if read == number {
            format!("is in use now; `shop projections rollback {name}` switches back")
        } else {
            format!("is not in use yet; `shop projections flip {name}` switches to it")
        };
        let seconds = started.elapsed().as_secs();
        terminal::line(&format!(
            "{name}: generation {number} has {rows} rows, each equal to that of generation {}, after {seconds} s, and {next}",
            before.read
        ))
    }

    async fn flip(&self, operator: &Session) -> Result<Generations, ClientError> {
        operator.post(&["ops", "projections", &self.name, "flip"]).send().await?.accepted()?.json()
    }

    /// Watches a generation until it is complete.
    async fn watch(
        &self,
        operator: &Session,
        at_least: u32,
        bar: &ProgressBar,
    ) -> Result<(Generations, Generation), Failure> {
        let started = Instant::now();
        loop {
            let shown = Generations::of(operator, &self.name).await?;
            match shown.find(shown.newest().max(at_least)).cloned() {
                Some(new) if new.stage == "complete" => return Ok((shown, new)),
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

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{prefix:<8} {bar:30} {pos}/{len} {elapsed} {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_prefix(progress.phase.clone());
    // The number is approximate, and there may be more by now.
    bar.set_length(progress.of.unwrap_or_default().max(progress.read));
    bar.set_position(progress.read);
    let left = progress.remaining_s.map_or_else(String::new, |seconds| format!(", {seconds} s left"));
    let Progress { per_s, parts, parts_done, .. } = progress;
    bar.set_message(format!("{per_s}/s, {parts_done} of {parts} parts{left}"));
}

fn different(name: &str, new: &Generation, comparison: &Comparison) -> String {
    let Comparison { rows, different, first, .. } = comparison;
    let first = first.as_deref().unwrap_or_default();
    format!(
        "{name}: {different} of {rows} rows of generation {} differ from those in use, first {first}",
        new.generation
    )
}
