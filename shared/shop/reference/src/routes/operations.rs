//! The routes of operators: they read the log, and look after its subscribers.

use crate::answer::Header;
use crate::route::{Group, OPERATOR, Route};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use shop_api::operations::{
    Flip, GenerationsOf, ParkedNote, Projections, Recorded, ReportVerification, Verified, Verify,
};
use shop_api::requests::Nothing;
use shop_api::responses::{LogEvent, Page, StreamDiff, StreamEnd, StreamState, Trace};

/// An operator's action, which the audit stream records.
fn action<T: JsonSchema + DeserializeOwned>(path: &'static str, summary: &'static str) -> Route {
    Route::post(path, summary).takes::<T>().recorded()
}

pub(super) fn log() -> Group {
    Group {
        name: "Log",
        about: "The stored events. The stream `audit-<yyyymm>` holds the actions of operators in that month.",
        routes: vec![
            Route::get("/ops/events", "List the newest events of all streams")
                .about(
                    "With `after`, the answer lists the events committed since that moment, oldest first. The link to the \
                     next page has the last event behind its moment, as `<moment>~<event id>`: many events can have the \
                     same moment.",
                )
                .after("Only events committed since this moment, or behind this event.")
                .up_to_a_thousand()
                .answers::<Page<LogEvent>>(200, &[]),
            Route::get("/ops/streams", "List the streams, most recently changed first")
                .about("If a stream changes while you read the pages, you may miss it.")
                .paged::<StreamEnd>(),
            Route::get("/ops/streams/{stream}", "List the events of a stream")
                .version("after", "Only events after this version.")
                .up_to_a_thousand()
                .answers::<Page<LogEvent>>(200, &[]),
            Route::get("/ops/streams/{stream}/state", "Show the state of a stream")
                .past()
                .answers::<StreamState>(200, &[Header::Etag])
                .refused(409, "version-beyond-head"),
            action::<Verify>("/ops/verify", "Verify the log, the read models and the totals")
                .about(
                    "With a stream or a sample, the answer holds the result. Without either, the shop verifies everything \
                     and records a report: `Location` names the path where it will appear.",
                )
                .missing("not-found")
                .answers::<Verified>(200, &[])
                .answers::<Recorded>(202, &[Header::Location, Header::RetryAfter]),
            action::<ReportVerification>(
                "/ops/verifications",
                "Record the result of a verification that you ran on the tables",
            )
            .answers::<Recorded>(201, &[Header::Location]),
            Route::get("/ops/streams/{stream}/diff", "Compare two states of a stream")
                .about("Each end is a version or a moment. You can compare in either direction.")
                .place("from", "A version or a moment. Version 0 is before the first event.", true)
                .place("to", "A version or a moment. The default is now.", false)
                .answers::<StreamDiff>(200, &[])
                .refused(409, "version-beyond-head"),
            Route::get("/ops/correlations/{id}", "Trace a request across all streams")
                .about(
                    "Use the correlation id of the server or your own. The answer shows each event below its cause. The \
                     newest events may still be missing.",
                )
                .answers::<Trace>(200, &[]),
        ],
    }
    .to(&[OPERATOR])
}

/// How a request ends that another function carries out.
const REPORTED: &str = "The shop does it a moment later, and records a report: `Location` names the path where it will appear, with this \
     request as its cause.";

pub(super) fn subscribers() -> Group {
    Group {
        name: "Subscribers",
        about: "Everything that follows the log: projections, reactions and the relay, with what they cannot process.",
        routes: vec![
            Route::get("/ops/projections", "Show how far the read models are behind the log")
                .answers::<Projections>(200, &[]),
            Route::get("/ops/projections/{name}", "Show the generations of a read model")
                .answers::<GenerationsOf>(200, &[]),
            action::<Nothing>("/ops/projections/{name}/rebuild", "Rebuild a read model while it is in use")
                .about(
                    "The shop fills a new generation of rows and compares it with the current one, which stays in use.",
                )
                .answers::<GenerationsOf>(202, &[Header::Location, Header::RetryAfter]),
            action::<Flip>("/ops/projections/{name}/flip", "Switch readers to the newest generation")
                .answers::<GenerationsOf>(200, &[])
                .refuses_by(&["none-newer", "generations-differ", "generation-parked", "generation-given-up"]),
            action::<Nothing>("/ops/projections/{name}/rollback", "Switch readers back to the previous generation")
                .answers::<GenerationsOf>(200, &[])
                .refuses_by(&["none-newer", "none-older", "generation-parked", "generation-given-up"]),
            action::<Nothing>("/ops/projections/{name}/cleanup", "Delete all generations except the current one")
                .answers::<GenerationsOf>(202, &[Header::Location, Header::RetryAfter])
                .refuses_by(&["nothing-to-clean"]),
            Route::get("/ops/parked", "List the events that subscribers cannot process").paged::<ParkedNote>(),
            action::<Nothing>("/ops/parked/{id}/redrive", "Retry a parked entry")
                .about(REPORTED)
                .answers::<Recorded>(202, &[Header::Location, Header::RetryAfter])
                .refuses_by(&["tampered"]),
            action::<Nothing>("/ops/parked/{id}/discard", "Discard a parked entry")
                .about("A lost batch goes a moment later (202), and its entry with it.")
                .answers::<Recorded>(200, &[])
                .answers::<Recorded>(202, &[Header::Location, Header::RetryAfter])
                .refused(409, "parked-anew")
                .refuses_by(&["fold-is-rebuilt"]),
            action::<Nothing>("/ops/accounts/{id}/erase", "Erase the personal data of an account")
                .about(
                    "The shop destroys the key of the account. Names, addresses, cards and reasons are unreadable from then \
                     on, in the log and in everything that follows from it; functions may show them for up to five \
                     minutes. Nobody can undo it.",
                )
                .answers::<Recorded>(200, &[]),
            action::<Nothing>("/ops/lost/redrive", "Process the batches that Lambda gave up on")
                .about(REPORTED)
                .answers::<Recorded>(202, &[Header::Location, Header::RetryAfter]),
            action::<Nothing>("/ops/reconcile", "Reconcile all subscribers with the log")
                .about(REPORTED)
                .answers::<Recorded>(202, &[Header::Location, Header::RetryAfter]),
        ],
    }
    .to(&[OPERATOR])
}
