//! Writes output; a failed write is an error of the command.

use crate::failure::Failure;
use serde::Serialize;

pub(crate) use shop_terminal::{bar, columns, escaped, remark, styled, with_bar};

/// Writes one line to stdout, whatever is in it.
pub(crate) fn row(text: &str) -> Result<(), Failure> {
    Ok(shop_terminal::row(text)?)
}

/// Writes lines to stdout.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    Ok(shop_terminal::line(text)?)
}

/// Writes a value to stdout as one line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> Result<(), Failure> {
    Ok(shop_terminal::json_line(value)?)
}

/// Writes a value to stdout as JSON for a person.
pub(crate) fn pretty_json(value: &impl Serialize) -> Result<(), Failure> {
    Ok(shop_terminal::pretty_json(value)?)
}
