//! The forms of the requests that the shop's functions send to `DynamoDB`. Each of them has to be one that the adapters'
//! own tests send to Amazon's engine: an embedded one may take what `DynamoDB` refuses.

use foldlog_local::Host;
use foldlog_testing::requests::form;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// The forms that ran on `DynamoDB Local`. The test `contract` of `foldlog-dynamo` writes and checks the list.
const LISTED: &str = include_str!("../../shared/foldlog/dynamo/tests/forms.txt");

/// The forms that a shop sent and the list lacks. There must be none when the test ends.
#[derive(Default)]
pub(crate) struct Unlisted(Arc<Mutex<BTreeSet<String>>>);

impl Unlisted {
    /// Looks at the requests of a host.
    pub(crate) fn of(host: &Host) -> Self {
        let unlisted = Self::default();
        let (found, listed) = (Arc::clone(&unlisted.0), LISTED.lines().collect::<BTreeSet<_>>());
        host.observe(move |operation, request| {
            if ["Line", "PutEvents"].contains(&operation) {
                return;
            }
            let form = form(operation, request, role);
            if !listed.contains(form.as_str()) {
                let _ = found.lock().expect("no one panics here").insert(form);
            }
        });
        unlisted
    }
}

impl Drop for Unlisted {
    fn drop(&mut self) {
        let unlisted = self.0.lock().expect("no one panics here");
        // A test that failed has said why already.
        if !std::thread::panicking() {
            assert!(
                unlisted.is_empty(),
                "these forms of requests are not in shared/foldlog/dynamo/tests/forms.txt: send each from a test of the \
                 adapter that runs on DynamoDB Local, and write the list anew: {unlisted:#?}"
            );
        }
    }
}

/// What a table of the template is for.
fn role(table: &str) -> String {
    let role = match table.strip_prefix("local-").unwrap_or(table) {
        "EventLog" => "log",
        "StockMarkers" => "markers",
        "Parked" => "parked",
        "Generations" => "generations",
        "Imports" => "imports",
        "Keys" => "keys",
        "SalesView" => "totals",
        "SalesCheckpoints" => "checkpoints",
        view if view.ends_with("View") => "view",
        other => other,
    };
    role.to_owned()
}
