//! What is told of the shop to those outside, made of its own types.
//!
//! Of the HTTP API `routes` says what each route takes, what it answers and why it refuses; `document` makes an OpenAPI
//! 3.1 document of that, `page` a page of the document. Tests hold routes and template together, and every answer of
//! the system's tests against the document. Of the streams `catalogue` writes pages of events and decisions.

mod answer;
mod catalogue;
mod document;
mod examples;
mod kind;
mod page;
mod problem;
mod route;
mod routes;
mod schemas;
pub mod table;

pub use catalogue::{FOLDER, File, catalogue, event_schemas};
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
