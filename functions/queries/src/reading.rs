//! Reading one document by the kit's rules ([`foldlog_functions::reading`]), from this function's log and views.

pub(crate) use foldlog_functions::reading::Asked;

use crate::Queries;
use foldlog::{EventLog, LogSpans, Projection, Version, Views};
use foldlog_functions::reading::{Documents, IdOf};
use foldlog_lambda::Problem;

impl<L: EventLog + LogSpans, V: Views, R, H> Queries<L, V, R, H> {
    /// A stream's document and the version that it is of, where it may be shown: as it is, or as it was.
    pub(crate) async fn found<P: Projection>(
        &self,
        asked: &Asked,
        id: &IdOf<P>,
        shown: impl Fn(&P::Document) -> bool,
    ) -> Result<Option<(Version, P::Document)>, Problem> {
        Documents { log: &self.log, views: &self.views }.found::<P>(asked, id, shown).await
    }
}
