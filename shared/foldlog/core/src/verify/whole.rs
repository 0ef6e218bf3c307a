//! Verification of a whole log, and of every row that remembers one of its streams. In memory are a page of each, and
//! 16 bytes for each stream survey.

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
struct WholeSurvey<'a> {
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
        let mut survey = WholeSurvey { limits, streams, next, surveyed: Surveyed::default(), done: &mut done };
        let complete = self.streams_of_log(&mut survey).await?
            && self.streams_of_rows(&mut survey).await?
            && self.survey_next(&mut survey, 1).await?;
        Ok(Surveyed { complete, ..survey.surveyed })
    }

    async fn streams_of_log(&self, survey: &mut WholeSurvey<'_>) -> Result<bool, VerifyError> {
        let mut after = None;
        loop {
            let page = self.log.page(&Part::WHOLE, after.as_ref()).await.map_err(VerifyError::Log)?;
            for commit in page.commits {
                match commit {
                    Ok(commit) => survey.meet(&commit.stream),
                    Err(LogError::Corrupt { stream, .. }) => survey.meet(&stream),
                    Err(error) => return Err(VerifyError::Log(error)),
                }
            }
            if !self.survey_next(survey, AT_A_TIME).await? {
                return Ok(false);
            }
            after = page.next;
            if after.is_none() {
                return Ok(true);
            }
        }
    }

    /// If a stream is gone, only its rows remember it.
    async fn streams_of_rows(&self, survey: &mut WholeSurvey<'_>) -> Result<bool, VerifyError> {
        for subscription in self.read() {
            let generation = self.registry.read(subscription.name());
            let mut after: Option<String> = None;
            loop {
                let page = self.views.page(subscription.name(), (0, 1), after.as_deref()).await?;
                let keys = page.rows.iter().filter(|(of, ..)| *of == generation).map(|(_, key, _)| key);
                keys.filter_map(|key| subscription.stream(key)).for_each(|stream| survey.meet(&stream));
                if !self.survey_next(survey, AT_A_TIME).await? {
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
    async fn survey_next(&self, survey: &mut WholeSurvey<'_>, least: usize) -> Result<bool, VerifyError> {
        while survey.next.len() >= least {
            if survey.limits.until.is_some_and(|until| self.host.now() >= until) {
                return Ok(false);
            }
            let rest = survey.next.split_off(survey.next.len().min(AT_A_TIME));
            let streams = std::mem::replace(&mut survey.next, rest);
            survey.surveyed.findings.add(self.survey(&streams).await?);
            (survey.done)(&streams, &survey.surveyed.findings.verified);
            if survey.surveyed.findings.differences.len() >= survey.limits.differences {
                survey.surveyed.findings.differences.truncate(survey.limits.differences);
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl WholeSurvey<'_> {
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
