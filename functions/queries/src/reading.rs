//! Who sees an account, and how much of it: its owner all of it, the staff and operators what is not personal, or with a
//! reason (`?reveal=`) all of it. Each reading of the staff and of operators is recorded before it is answered; if it
//! cannot be recorded, it is not answered.

use crate::Queries;
use foldlog::{OwnerKey, StreamName};
use foldlog_functions::KeyPorts;
use foldlog_lambda::{Problem, Request};
use shop_api::responses::Sight;
use shop_domain::access::{Access, Command, Event};
use shop_domain::values::{AccountId, RevealReason};

/// The parameter with the reason.
pub(crate) const REVEAL: &str = "reveal";

/// How a caller reads an account that they may see.
pub(crate) enum Reading {
    /// It is their own.
    Own,
    /// Another's, in sealed form.
    Sealed,
    /// Another's, with the personal data, for a reason.
    Revealed(RevealReason),
}

impl Reading {
    /// How the caller reads an account; none if it is another's, and the caller has none of these scopes.
    pub(crate) fn of(request: &Request, account: &AccountId, scopes: &[&str]) -> Result<Option<Self>, Problem> {
        let caller = request.caller()?;
        if request.caller_id::<AccountId>()? == *account {
            return Ok(Some(Self::Own));
        }
        if !scopes.iter().any(|scope| caller.has_scope(scope)) {
            return Ok(None);
        }
        Ok(Some(request.query(REVEAL)?.map_or(Self::Sealed, Self::Revealed)))
    }

    /// What the reader sees. `key` is what [`Queries::begin`] answered.
    pub(crate) const fn sight<'a>(&self, key: Option<&'a OwnerKey>) -> Sight<'a> {
        match self {
            Self::Own | Self::Revealed(_) => Sight::Opened(key),
            Self::Sealed => Sight::Sealed,
        }
    }
}

impl<P: KeyPorts> Queries<P> {
    /// Begins to read an account that exists: records the reading if it is not the owner's, and finds the key of the
    /// account, if the reader needs it.
    pub(crate) async fn begin(
        &self,
        request: &Request,
        account: &AccountId,
        reading: &Reading,
    ) -> Result<Option<OwnerKey>, Problem> {
        let route = request.route().parse().map_err(|error| Problem::internal(&error))?;
        let record = match reading {
            Reading::Own => None,
            Reading::Sealed => Some(Event::AccountRead { route }),
            Reading::Revealed(reason) => Some(Event::PersonalDataRevealed { route, reason: reason.clone() }),
        };
        if let Some(record) = record {
            let stream = StreamName::of::<Access>(account);
            let _ = self.access.execute(&stream, &Command::Record(record), &request.record()?).await?;
        }
        match reading {
            Reading::Own | Reading::Revealed(_) => self.key(account).await,
            Reading::Sealed => Ok(None),
        }
    }
}
