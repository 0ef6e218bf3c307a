//! A page of a list, and the link to the next one. The cursor in the link is sealed, and bound to the list, its filter and
//! the caller: no other request can use it.
//!
//! The key is read only when a page has a next one, or a request brings a cursor. A process remembers it.

use super::Request;
use super::cursor::{Cursor, Fault, OWNER, text};
use crate::caller::Caller;
use crate::problem::Problem;
use foldlog::seal::{KeyStore, KeyWrap};
use foldlog::{Clock, Keyring, Randomness};
use form_urlencoded::Serializer;

/// The most items of a page, and how many it holds if the request has no `limit`.
const MAX: usize = 100;
const DEFAULT: usize = 20;

/// The page that a request asks for.
pub struct Page {
    /// The sort key after which it begins.
    pub from: Option<String>,
    /// The most items to return.
    pub limit: usize,
    /// What its cursors are bound to: the path, the caller and the filter.
    list: [String; 3],
}

impl Page {
    /// Parses `cursor` and `limit`. `path` is that of the list. A cursor that is of no use is refused here, so a handler
    /// calls this before it reads anything.
    pub async fn of<S: KeyStore, W: KeyWrap, H: Clock>(
        request: &Request,
        path: &str,
        keys: &Keyring<S, W, H>,
    ) -> Result<Self, Problem> {
        let limit = request.query::<usize>("limit")?.unwrap_or(DEFAULT);
        if !(1..=MAX).contains(&limit) {
            return Err(Problem::invalid_parameter("limit", &format!("must be 1 to {MAX}")));
        }
        let filter = request.other_query().filter(|(name, _)| *name != "limit");
        let filter = Serializer::new(String::new()).extend_pairs(filter).finish();
        let subject = request.caller().map_or_else(|_| "anyone".to_owned(), Caller::id);
        let list = [path.to_owned(), subject, filter];
        let from = match request.query::<String>("cursor")? {
            Some(cursor) => Some(opened(&cursor, &list, keys).await?),
            None => None,
        };
        Ok(Self { from, limit, list })
    }

    /// The items of this page, and the link to the next one. If `found` has an item more than fits, another page follows.
    /// `sort` is the sort key of an item.
    pub async fn cut<T, S: KeyStore, W: KeyWrap, H: Clock + Randomness>(
        &self,
        mut found: Vec<T>,
        sort: impl Fn(&T) -> String,
        keys: &Keyring<S, W, H>,
    ) -> Result<(Vec<T>, Option<String>), Problem> {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let last = found.last().filter(|_| more).map(sort);
        let next = match last {
            Some(last) => Some(self.next(&last, keys).await?),
            None => None,
        };
        Ok((found, next))
    }

    /// The link to the page after `last`, the sort key of this page's last item.
    pub async fn next<S: KeyStore, W: KeyWrap, H: Clock + Randomness>(
        &self,
        last: &str,
        keys: &Keyring<S, W, H>,
    ) -> Result<String, Problem> {
        let key = keys.key_to_seal(OWNER, None).await?.key;
        let [path, _, filter] = &self.list;
        let filter = if filter.is_empty() { String::new() } else { format!("&{filter}") };
        let cursor = text(&key, keys.host(), &self.list, last);
        Ok(format!("{path}?limit={}{filter}&cursor={cursor}", self.limit))
    }
}

/// The sort key in a cursor.
async fn opened<S: KeyStore, W: KeyWrap, H: Clock>(
    text: &str,
    list: &[String; 3],
    keys: &Keyring<S, W, H>,
) -> Result<String, Problem> {
    let cursor = Cursor::parse(text).map_err(of_no_use)?;
    // Without a key, no cursor was ever made.
    let key = keys.key(OWNER).await?.ok_or_else(|| of_no_use(Fault::Foreign))?.key;
    cursor.open(&key, keys.host().now(), list).map_err(of_no_use)
}

fn of_no_use(fault: Fault) -> Problem {
    let detail = match fault {
        Fault::Foreign => "is not one of this list; begin again without it",
        Fault::Expired => "has expired; begin again without it",
    };
    Problem::invalid_parameter("cursor", detail)
}
