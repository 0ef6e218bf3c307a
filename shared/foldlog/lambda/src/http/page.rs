//! The cursor of a list: the sort key after which the next page begins, bound to the list that it came from.

use super::Request;
use crate::problem::Problem;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use foldlog::json;
use foldlog::write::identity::derived_id;
use serde::{Deserialize, Serialize};

/// The most items of a page, and how many it holds if the request has no `limit`.
const MAX: usize = 100;
const DEFAULT: usize = 20;

/// The page that a request asks for.
pub struct Page {
    /// The sort key after which it begins.
    pub from: Option<String>,
    /// The most items to return.
    pub limit: usize,
    list: String,
    query: String,
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    from: String,
    list: String,
}

impl Page {
    /// Parses `cursor` and `limit`. `path` is that of the list, `owner` the one who owns it.
    pub fn of(request: &Request, path: &str, owner: &str) -> Result<Self, Problem> {
        let limit = request.query::<usize>("limit")?.unwrap_or(DEFAULT);
        if !(1..=MAX).contains(&limit) {
            return Err(Problem::invalid_parameter("limit", &format!("must be 1 to {MAX}")));
        }
        let filter = request
            .other_query()
            .filter(|(name, _)| *name != "limit")
            .fold(String::new(), |filter, (name, value)| format!("{filter}&{name}={value}"));
        let list = derived_id(&[path, owner, &filter]);
        let from = match request.query::<String>("cursor")? {
            Some(text) => Some(open(&text, &list).ok_or_else(|| {
                Problem::invalid_parameter("cursor", "is not one of this list; begin again without it")
            })?),
            None => None,
        };
        let query = format!("{path}?limit={limit}{filter}");
        Ok(Self { from, limit, list, query })
    }

    /// The items of this page, and the link to the next one. If `found` has an item more than fits, another page follows.
    /// `sort` is the sort key of an item.
    pub fn cut<T>(&self, mut found: Vec<T>, sort: impl Fn(&T) -> String) -> Result<(Vec<T>, Option<String>), Problem> {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let next = found.last().filter(|_| more).map(|last| self.next(&sort(last))).transpose()?;
        Ok((found, next))
    }

    /// The link to the page after `last`, the sort key of this page's last item.
    pub fn next(&self, last: &str) -> Result<String, Problem> {
        let cursor = Cursor { from: last.to_owned(), list: self.list.clone() };
        let text = serde_json::to_vec(&cursor).map_err(|error| Problem::internal(&error))?;
        Ok(format!("{}&cursor={}", self.query, BASE64_URL_SAFE_NO_PAD.encode(text)))
    }
}

fn open(text: &str, list: &str) -> Option<String> {
    let cursor: Cursor = json::sent(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    (cursor.list == list).then_some(cursor.from)
}
