//! Inputs that a machine makes up. Whatever comes from outside: nothing panics, no request is answered by a fault, and
//! everything else is done, or refused with an error that says why.
//!
//! A run replays the inputs of the folder `__fuzz__`, and then tries some new ones. `scripts/fuzz.sh` tries new ones for
//! as long as you like. The payloads of `events/` are where changes begin.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod choices;
mod feeds;
mod ground;
mod requests;

use choices::Choices;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of new inputs for each target in a usual run, and the length of the longest one. The environment variables
/// of bolero's random engine say otherwise, such as `BOLERO_RANDOM_ITERATIONS` and `BOLERO_RANDOM_TEST_TIME_MS`.
const INPUTS: usize = 100;
const LONGEST: usize = 512;

macro_rules! targets {
    ($($name:ident => $try:path,)*) => {$(
        #[test]
        fn $name() {
            // A fault of the story is none of an input.
            let _ = ground::Ground::new();
            let executions = AtomicU64::new(0);
            bolero::check!().with_iterations(INPUTS).with_max_len(LONGEST).for_each(|input: &[u8]| {
                executions.fetch_add(1, Ordering::Relaxed);
                $try(&mut Choices(input));
            });
            println!("{}: {} executions", stringify!($name), executions.into_inner());
        }
    )*};
}

targets! {
    requests_are_answered => requests::try_requests,
    changed_cursors_are_refused => requests::try_cursors,
    signed_webhooks_are_answered => requests::try_webhooks,
    changed_payloads_are_taken_or_refused => feeds::try_payloads,
    changed_records_are_taken_or_refused => feeds::try_records,
    changed_messages_are_taken_or_refused => feeds::try_messages,
    changed_archives_are_read_or_refused => feeds::try_archives,
}
