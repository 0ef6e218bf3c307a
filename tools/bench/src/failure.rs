//! Why the command failed.

use crate::error::BenchError;
use crate::plot::PlotError;
use std::io;

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Nothing was measured.
    #[error(transparent)]
    Bench(#[from] BenchError),
    /// The figures cannot be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl shop_terminal::Failed for Failure {
    fn output(&self) -> Option<&io::Error> {
        if let Self::Output(error) = self { Some(error) } else { None }
    }
}
