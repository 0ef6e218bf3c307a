//! Lists of the shop, page by page.

use serde::de::DeserializeOwned;
use shop_api::responses::Page;
use shop_client::{ClientError, Session};

/// Reads the page of a list of operators that a cursor leads to, or the first one. Returns it with the cursor of the
/// next page.
pub(crate) async fn page<T: DeserializeOwned>(
    operator: &Session,
    list: &str,
    limit: usize,
    cursor: Option<String>,
) -> Result<(Vec<T>, Option<String>), ClientError> {
    let mut request = operator.get(&["ops", list]).query("limit", &limit);
    if let Some(cursor) = cursor {
        request = request.query("cursor", &cursor);
    }
    let Page { items, next } = request.send().await?.accepted()?.json()?;
    Ok((items, cursor_of(next.as_deref())))
}

/// The cursor in the link to the next page, which has the parameters of the request before it.
pub(crate) fn cursor_of(next: Option<&str>) -> Option<String> {
    next.and_then(|next| next.split_once("cursor=")).map(|(_, cursor)| cursor.to_owned())
}
