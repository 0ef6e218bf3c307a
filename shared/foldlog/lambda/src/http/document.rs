//! Documents that change only with a release. A client that has one asks whether it is still the same.

use super::{Request, Response};
use foldlog::Digest;
use http::{StatusCode, header};

/// How long a client, or a cache on the way, need not ask.
const FRESH: &str = "public, max-age=3600";

/// A document with the digest of its text as its strong entity tag.
#[derive(Clone, Debug)]
pub struct Document {
    content_type: &'static str,
    text: &'static str,
    tag: String,
}

impl Document {
    /// A document of a media type.
    #[must_use]
    pub fn new(content_type: &'static str, text: &'static str) -> Self {
        Self { content_type, text, tag: format!("\"{}\"", Digest::of_text(text)) }
    }

    /// The document, or 304 without it if the client names its tag in `If-None-Match`.
    #[must_use]
    pub fn answer(&self, request: &Request) -> Response {
        let response = if request.header("if-none-match").is_some_and(|tags| self.is_among(tags)) {
            Response::empty(StatusCode::NOT_MODIFIED)
        } else {
            Response::text(StatusCode::OK, self.content_type, self.text.to_owned())
        };
        response.header(header::ETAG, &self.tag).header(header::CACHE_CONTROL, FRESH)
    }

    /// `If-None-Match` compares weakly, says RFC 9110 in section 13.1.2: a tag that a cache made weak is the same.
    fn is_among(&self, tags: &str) -> bool {
        tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_a_list_also_if_it_is_weak() {
        let document = Document::new("text/plain", "text");
        let tag = &document.tag;
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 34, "{tag}");
        assert_ne!(*tag, Document::new("text/plain", "other").tag);
        for tags in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            assert!(document.is_among(&tags), "{tags}");
        }
        for tags in ["", "\"other\"", tag.trim_matches('"')] {
            assert!(!document.is_among(tags), "{tags}");
        }
    }
}
