//! The reference of the HTTP API, made of the types that requests and answers are read and written with.
//!
//! `routes` says of each route what it takes, what it answers and why it refuses; `document` makes an OpenAPI 3.1
//! document of that, `page` a page of the document. Tests hold routes and template together, and every answer of the
//! system's tests against the document.

mod answer;
mod document;
mod examples;
mod page;
mod problem;
mod route;
mod routes;
mod schemas;

pub use document::document;
pub use route::{CUSTOMER, OPERATOR, Parameter, Route, STAFF};
pub use routes::routes;

use std::sync::LazyLock;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());
static PAGE: LazyLock<String> = LazyLock::new(|| page::page(&document()));

/// The document's JSON text, made once.
#[must_use]
pub fn openapi() -> &'static str {
    &DOCUMENT
}

/// The page that shows the document, made once.
#[must_use]
pub fn docs() -> &'static str {
    &PAGE
}
