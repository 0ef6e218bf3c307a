//! Reading one document by the kit's rules ([`foldlog_functions::reading`]), from this function's log and views.

pub(crate) use foldlog_functions::reading::Asked;

use crate::Queries;
use foldlog::{Projection, Version};
use foldlog_functions::Ports;
use foldlog_functions::reading::{Documents, IdOf};
use foldlog_lambda::Problem;

impl<P: Ports> Queries<P> {
    /// A stream's document and the version that it is of, where it may be shown: as it is, or as it was.
    pub(crate) async fn found<R: Projection>(
        &self,
        asked: &Asked,
        id: &IdOf<R>,
        shown: impl Fn(&R::Document) -> bool,
    ) -> Result<Option<(Version, R::Document)>, Problem> {
        Documents { log: &self.log, views: &self.views }.found::<R>(asked, id, shown).await
    }
}
