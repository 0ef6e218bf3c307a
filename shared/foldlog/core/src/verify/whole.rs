//! The whole of a log, and every row that remembers a stream of it: a page of each in memory, and of each stream that
//! was met 16 bytes.

use super::difference::VerifyError;
use super::findings::{Findings, Verified};
use super::verification::{AT_A_TIME, Verification};
use crate::ports::Clock;
use crate::read::views::{ViewScan, Views};
use crate::stream::StreamName;
use crate::time::Timestamp;
use crate::write::log::LogError;
use crate::write::scan::{LogScan, Part};
use std::collections::BTreeSet;

/// When a verification is to end, other than by its end.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// After so many differences.
    pub differences: usize,
    /// At this moment.
    pub until: Option<Timestamp>,
}

/// What was found, and of how much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surveyed {
    /// What was found.
    pub findings: Findings,
    /// Whether it is all that there is to be found.
    pub complete: bool,
}

/// The streams that were met.
struct Met<'a> {
    limits: Limits,
    streams: BTreeSet<u128>,
    next: Vec<StreamName>,
    surveyed: Surveyed,
    done: &'a mut (dyn FnMut(&[StreamName], &Verified) + Send),
}

impl<L: LogScan, V: Views + ViewScan, H: Clock> Verification<'_, L, V, H> {
    /// Verifies every stream of the log, and every one that a row knows of though the log does not. `done` is told of
    /// streams that were looked at, and of all that was found to agree so far.
    pub async fn whole(
        &self,
        limits: Limits,
        mut done: impl FnMut(&[StreamName], &Verified) + Send,
    ) -> Result<Surveyed, VerifyError> {
        let (streams, next) = (BTreeSet::new(), Vec::new());
        let mut met = Met { limits, streams, next, surveyed: Surveyed::default(), done: &mut done };
        let complete = self.streams_of_log(&mut met).await?
            && self.streams_of_rows(&mut met).await?
            && self.survey_next(&mut met, 1).await?;
        Ok(Surveyed { complete, ..met.surveyed })
    }

    async fn streams_of_log(&self, met: &mut Met<'_>) -> Result<bool, VerifyError> {
        let mut after = None;
        loop {
            let page = self.log.page(&Part::WHOLE, after.as_ref()).await.map_err(VerifyError::Log)?;
            for commit in page.commits {
                match commit {
                    Ok(commit) => met.meet(&commit.stream),
                    Err(LogError::Corrupt { stream, .. }) => met.meet(&stream),
                    Err(error) => return Err(VerifyError::Log(error)),
                }
            }
            if !self.survey_next(met, AT_A_TIME).await? {
                return Ok(false);
            }
            after = page.next;
            if after.is_none() {
                return Ok(true);
            }
        }
    }

    /// A stream of which nothing is left is remembered by its rows alone.
    async fn streams_of_rows(&self, met: &mut Met<'_>) -> Result<bool, VerifyError> {
        for subscription in self.read() {
            let generation = self.registry.read(subscription.name());
            let mut after: Option<String> = None;
            loop {
                let page = self.views.page(subscription.name(), (0, 1), after.as_deref()).await?;
                let keys = page.rows.iter().filter(|(of, ..)| *of == generation).map(|(_, key, _)| key);
                keys.filter_map(|key| subscription.stream(key)).for_each(|stream| met.meet(&stream));
                if !self.survey_next(met, AT_A_TIME).await? {
                    return Ok(false);
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(true)
    }

    /// Verifies streams that were met as long as there are so many; whether to go on.
    async fn survey_next(&self, met: &mut Met<'_>, least: usize) -> Result<bool, VerifyError> {
        while met.next.len() >= least {
            if met.limits.until.is_some_and(|until| self.host.now() >= until) {
                return Ok(false);
            }
            let rest = met.next.split_off(met.next.len().min(AT_A_TIME));
            let streams = std::mem::replace(&mut met.next, rest);
            met.surveyed.findings.add(self.survey(&streams).await?);
            (met.done)(&streams, &met.surveyed.findings.verified);
            if met.surveyed.findings.differences.len() >= met.limits.differences {
                met.surveyed.findings.differences.truncate(met.limits.differences);
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Met<'_> {
    fn meet(&mut self, stream: &StreamName) {
        if self.streams.insert(key(stream)) {
            self.next.push(stream.clone());
        }
    }
}

/// What tells streams apart: half of a SHA-256.
fn key(stream: &StreamName) -> u128 {
    let hash = crate::hash::Fields::default().field("stream", stream.as_str().as_bytes()).finish();
    hash.first_chunk().map_or(0, |first| u128::from_be_bytes(*first))
}
