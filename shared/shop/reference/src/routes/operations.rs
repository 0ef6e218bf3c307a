//! What operators do: look into the log, and after those who follow it.

use crate::answer::Header;
use crate::route::{Group, OPERATOR, Route};
use foldlog::Version;
use shop_api::operations::{
    Flip, GenerationsOf, ParkedNote, Projections, Reconciled, Recorded, Recovered, ReportVerification, Settled,
    Verified, Verify,
};
use shop_api::requests::Nothing;
use shop_api::responses::{LogEvent, Page, StreamDiff, StreamEnd, StreamState, Trace};

const ALL: &[&str] = &[OPERATOR];

pub(super) fn log() -> Group {
    Group {
        name: "Log",
        about: "What happened, as it is stored. What operators did in a month is the stream `audit-<yyyymm>`.",
        routes: vec![
            Route::get("/ops/events", "The newest events of all streams")
                .to(ALL)
                .about("With `after` those committed from that moment on, oldest first.")
                .moment("after", "From when on.")
                .up_to_a_thousand()
                .answers::<Page<LogEvent>>(200, &[]),
            Route::get("/ops/streams", "The streams, by when they moved last")
                .to(ALL)
                .about("The latest first. One that moves while somebody turns the pages may be missed.")
                .paged::<StreamEnd>(),
            Route::get("/ops/streams/{stream}", "The events of a stream")
                .to(ALL)
                .query::<Version>("after", "Only those behind this version.")
                .up_to_a_thousand()
                .answers::<Page<LogEvent>>(200, &[]),
            Route::get("/ops/streams/{stream}/state", "What a stream's events amount to")
                .to(ALL)
                .past()
                .answers::<StreamState>(200, &[Header::Etag])
                .refused(409, "version-beyond-head"),
            Route::post("/ops/verify", "Compare the log with itself, and with what follows from it")
                .to(ALL)
                .about(
                    "A stream, or some picked by chance, at once. Without either everything: the report is recorded \
                     behind what the answer's `Location` shows, once there is one.",
                )
                .takes::<Verify>()
                .recorded()
                .missing("not-found")
                .answers::<Verified>(200, &[])
                .answers::<Recorded>(202, &[Header::Location, Header::RetryAfter]),
            Route::post("/ops/verifications", "Tell what was found in the tables themselves")
                .to(ALL)
                .takes::<ReportVerification>()
                .recorded()
                .answers::<Recorded>(201, &[Header::Location]),
            Route::get("/ops/streams/{stream}/diff", "What changed in a stream's state")
                .to(ALL)
                .about("From one version or moment to another, in either direction.")
                .place("from", "A version, 0 for before the first event, or a moment.", true)
                .place("to", "A version or a moment; now, where nobody says.", false)
                .answers::<StreamDiff>(200, &[])
                .refused(409, "version-beyond-head"),
            Route::get("/ops/correlations/{id}", "What came of a request, across all streams")
                .to(ALL)
                .about(
                    "By the correlation id that the server gave, or the client's own: each event below the one that it \
                     follows from. What happened a moment ago may still be missing.",
                )
                .answers::<Trace>(200, &[]),
        ],
    }
}

pub(super) fn subscribers() -> Group {
    Group {
        name: "Subscribers",
        about: "Those who follow the log, and what holds them up.",
        routes: vec![
            Route::get("/ops/projections", "How far the read models are behind")
                .to(ALL)
                .answers::<Projections>(200, &[]),
            Route::get("/ops/projections/{name}", "The generations of a read model")
                .to(ALL)
                .answers::<GenerationsOf>(200, &[]),
            Route::post("/ops/projections/{name}/rebuild", "Make a read model anew, while it is in use")
                .to(ALL)
                .about("Fills a new generation of its rows and compares it with the one that is read, which stays.")
                .takes::<Nothing>()
                .recorded()
                .answers::<GenerationsOf>(202, &[Header::Location, Header::RetryAfter]),
            Route::post("/ops/projections/{name}/flip", "Send readers to the newest generation")
                .to(ALL)
                .takes::<Flip>()
                .recorded()
                .answers::<GenerationsOf>(200, &[])
                .refuses_by(&["none-newer", "generations-differ", "generation-parked"]),
            Route::post("/ops/projections/{name}/rollback", "Send them back to the one before")
                .to(ALL)
                .takes::<Nothing>()
                .recorded()
                .answers::<GenerationsOf>(200, &[])
                .refuses_by(&["none-newer", "none-older", "generation-parked"]),
            Route::post("/ops/projections/{name}/cleanup", "Give up all generations but the one that is read")
                .to(ALL)
                .takes::<Nothing>()
                .recorded()
                .answers::<GenerationsOf>(202, &[Header::Location, Header::RetryAfter])
                .refuses_by(&["nothing-to-clean"]),
            Route::get("/ops/parked", "What subscribers cannot follow").to(ALL).paged::<ParkedNote>(),
            Route::post("/ops/parked/{id}/redrive", "Have it tried again")
                .to(ALL)
                .takes::<Nothing>()
                .recorded()
                .answers::<Settled>(200, &[])
                .answers::<Settled>(202, &[])
                .refused(409, "still-parked")
                .refuses_by(&["tampered"]),
            Route::post("/ops/parked/{id}/discard", "Put it away, undone")
                .to(ALL)
                .takes::<Nothing>()
                .recorded()
                .answers::<Settled>(200, &[])
                .refused(409, "parked-anew")
                .refuses_by(&["fold-is-rebuilt"]),
            Route::post("/ops/lost/redrive", "Make up for batches that the log's readers gave up")
                .to(ALL)
                .takes::<Nothing>()
                .recorded()
                .answers::<Recovered>(200, &[])
                .refused(409, "still-lost"),
            Route::post("/ops/reconcile", "Bring up to date whatever is behind the log")
                .to(ALL)
                .about("Reads the whole log: for small shops, and for one machine.")
                .takes::<Nothing>()
                .recorded()
                .answers::<Reconciled>(200, &[]),
        ],
    }
}
