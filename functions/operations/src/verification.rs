//! Verification of the log and the views. A request verifies some streams at once; the function `verification` verifies
//! the whole log. Results that `shop verify` found are recorded here.

use crate::{Operations, asked};
use foldlog::verify::{VerifyError, sample};
use foldlog_functions::KeyPorts;
use foldlog_lambda::{Problem, Request, Response};
use http::StatusCode;
use shop_api::operations::{Recorded, ReportVerification, Verified, Verify};
use shop_domain::audit::{Event, Report, Scope, Verifier};

/// The number of seconds after which a client should ask for the result of a whole verification.
const LATER_S: u32 = 10;

impl<P: KeyPorts> Operations<P> {
    /// `POST /ops/verify`
    pub(crate) async fn verify(&self, request: &Request) -> Result<Response, Problem> {
        let (wanted, metadata) = request.command::<Verify>()?;
        let scope = wanted.scope().map_err(|error| Problem::refused("invalid-request", &error.to_string()))?;
        let log = self.log();
        let streams = match &scope {
            Scope::Whole => {
                let record = self.audit.record(&metadata, Event::VerificationRequested { scope }).await?;
                return asked(record, LATER_S);
            }
            Scope::Stream(stream) => vec![stream.clone()],
            Scope::Sample(count) => {
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                sample(log, self.folds.host(), count).await?
            }
        };
        let host = self.folds.host();
        let found = ::verification::streams(log, self.views(), host, &streams).await;
        let found = found.map_err(|error| match error {
            VerifyError::Log(error) => error.into(),
            VerifyError::View(error) => error.into(),
            VerifyError::Different(difference) => Problem::internal(&difference),
        })?;
        let answer = Verified::from(&found.surveyed);
        if let (Scope::Stream(stream), true, 0) = (&scope, answer.agrees, answer.commits) {
            return Err(Problem::not_found(&format!("there is no stream {stream}")));
        }
        let report = found.report(Verifier::Operations, scope).map_err(|error| Problem::internal(&error))?;
        self.audit.record(&metadata, Event::VerificationReported(report)).await?;
        Response::json(StatusCode::OK, &answer)
    }

    /// `POST /ops/verifications`: the result that `shop verify` found in the tables themselves.
    pub(crate) async fn report(&self, request: &Request) -> Result<Response, Problem> {
        let (body, metadata) = request.command::<ReportVerification>()?;
        if body.differences.len() > Report::MOST_DIFFERENCES {
            let detail = format!("differences: name the first {} at most", Report::MOST_DIFFERENCES);
            return Err(Problem::refused("invalid-request", &detail));
        }
        let report = Event::VerificationReported(body.by(Verifier::Shop));
        let recorded: Recorded = self.audit.record(&metadata, report).await?.into();
        let place = format!("/ops/streams/{}", recorded.stream);
        Ok(Response::json(StatusCode::CREATED, &recorded)?.location(&place))
    }
}
