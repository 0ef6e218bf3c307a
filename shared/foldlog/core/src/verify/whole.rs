//! Verification of a whole log, and of every row that remembers one of its streams. In memory are a page of each, and
//! 16 bytes for each stream met.

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

/// When a verification ends early.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// After this many differences.
    pub differences: usize,
    /// At this moment.
    pub until: Option<Timestamp>,
}

/// The findings, and whether they are complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surveyed {
    /// The findings.
    pub findings: Findings,
    /// Whether everything was verified.
    pub complete: bool,
}

/// The streams that were met so far.
struct Met<'a> {
    limits: Limits,
    streams: BTreeSet<u128>,
    next: Vec<StreamName>,
    surveyed: Surveyed,
    done: &'a mut (dyn FnMut(&[StreamName], &Verified) + Send),
}

impl<L: LogScan, V: Views + ViewScan, H: Clock> Verification<'_, L, V, H> {
    /// Verifies every stream of the log, and every stream that a row knows though the log does not. `done` gets the
    /// streams that were verified, and the counts of all that agrees so far.
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

    /// If a stream is gone, only its rows remember it.
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

    /// Verifies the streams that were met while there are at least `least`, and returns whether to go on.
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

/// The key of a stream in the set: half of a SHA-256.
fn key(stream: &StreamName) -> u128 {
    let hash = crate::hash::Fields::default().field("stream", stream.as_str().as_bytes()).finish();
    hash.first_chunk().map_or(0, |first| u128::from_be_bytes(*first))
}
