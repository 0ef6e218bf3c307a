//! The result of a check, and what to do about it.

use serde::Serialize;

/// What to do about something that is not as it was deployed.
pub(super) const RESTORE: &str = "docs/OPERATING.md, \"A stack that is not its template\", says how to put it back";

/// The result of a check.
#[derive(Serialize)]
pub(super) struct Finding {
    /// What was checked.
    pub(super) what: String,
    /// Whether it is as it should be.
    pub(super) ok: bool,
    /// How it is, and what to do if that is wrong.
    pub(super) detail: String,
}

impl Finding {
    /// Something that is as it should be.
    pub(super) fn good(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { what: what.into(), ok: true, detail: detail.into() }
    }

    /// A problem, and what to do about it.
    pub(super) fn bad(what: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { what: what.into(), ok: false, detail: detail.into() }
    }
}

/// The findings of one kind: the problems, or one line that says there are none. A part that the stack does not have
/// is a problem already, and nothing is said of it here.
pub(super) fn or_good(what: &str, [examined, all]: [usize; 2], bad: Vec<Finding>) -> Vec<Finding> {
    if !bad.is_empty() || examined < all {
        return bad;
    }
    vec![Finding::good(what, format!("{all}, as in the template"))]
}

/// What to say of something that the stack believes to have.
pub(super) fn missing() -> String {
    format!("it is gone; {RESTORE}")
}
