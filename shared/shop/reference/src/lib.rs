//! The reference of the shop, made from its own types.
//!
//! For the HTTP API, `routes` lists the parameters, bodies, answers and problems of each route. `document` makes an
//! OpenAPI 3.1 document from them, and `page` makes a page from the document. For the streams, `catalogue` writes the
//! pages of events and decisions.
//!
//! The JSON Schemas come from schemars, and one derive serves events, bodies and parameters. The code here builds the
//! document around them, because OpenAPI 3.1 uses the same dialect of JSON Schema. The rules for a text (length,
//! characters) are written once, in `shop_domain::values::form`: the parser checks them, and the JSON Schema is made
//! from them.
//!
//! **What keeps it true:**
//!
//! - `tests/tests/guards/reference.rs` compares routes, methods and scopes with the template, and the refusals of a
//!   route with the table of decisions of its command.
//! - `tests/src/conformance.rs` checks every answer in the tests against the document: status, headers, media type,
//!   body and problem type.
//! - `scripts/schemathesis.sh` makes thousands of requests from the document, from one seed, in each role.

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
