//! The text of a cursor: sealed, so that a client learns nothing from it, and cannot change it or make one.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use foldlog::seal::Key;
use foldlog::{Clock, Randomness, Timestamp};
use std::time::Duration;

/// The owner of the key of cursors. The owners of personal data have ids of another form.
pub const OWNER: &str = "cursors";
/// A cursor is good for this long.
pub const LIFETIME: Duration = Duration::from_hours(24);

/// The length of the longest cursor, in characters. The longest sort key has 1,024 bytes.
const LONGEST: usize = 2_048;

/// What a client sent as a cursor, not opened yet: a random number, and what is sealed.
pub(super) struct Cursor {
    number: u128,
    sealed: Vec<u8>,
}

/// Why a cursor is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It was not made here for this list, or it was changed.
    Foreign,
    /// Its time is over.
    Expired,
}

impl Cursor {
    /// What a text may be. No key is needed yet to refuse it.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let bytes = Some(text).filter(|text| text.len() <= LONGEST);
        let bytes = bytes.and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text).ok()).ok_or(Fault::Foreign)?;
        let (number, sealed) = bytes.split_first_chunk().ok_or(Fault::Foreign)?;
        Ok(Self { number: u128::from_be_bytes(*number), sealed: sealed.to_vec() })
    }

    /// The sort key in it, if it was made for this list.
    pub(super) fn open(&self, key: &Key, now: Timestamp, list: &[String; 3]) -> Result<String, Fault> {
        let text = one_time(key, self.number).open(&context(list), &self.sealed).map_err(|_| Fault::Foreign)?;
        let (expiry, from) = text.split_first_chunk().ok_or(Fault::Foreign)?;
        if now >= Timestamp(i64::from_be_bytes(*expiry)) {
            return Err(Fault::Expired);
        }
        String::from_utf8(from.to_vec()).map_err(|_| Fault::Foreign)
    }
}

/// The text of a cursor that begins after a sort key of a list.
pub(super) fn text(key: &Key, host: &(impl Clock + Randomness), list: &[String; 3], from: &str) -> String {
    let (number, expiry) = (host.bits(), host.now().after(LIFETIME));
    let content = [&expiry.0.to_be_bytes()[..], from.as_bytes()].concat();
    let sealed = one_time(key, number).seal(host, &context(list), &content);
    BASE64_URL_SAFE_NO_PAD.encode([&number.to_be_bytes()[..], &sealed].concat())
}

/// The key of one cursor. One key for all of them could seal 2^32.
fn one_time(key: &Key, number: u128) -> Key {
    key.derive(&["cursor", &format!("{number:032x}")])
}

/// What a cursor is bound to. The first part names this use of the key, and its version.
fn context([path, subject, filter]: &[String; 3]) -> [&str; 4] {
    ["cursor/1", path, subject, filter]
}
