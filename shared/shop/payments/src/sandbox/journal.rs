//! The journal on disk: a line for each change, in order.

use crate::payment::{Payment, Standing};
use crate::values::Reference;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// The file.
#[derive(Debug)]
pub(super) struct Journal(File);

/// The journal's record of one payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    #[serde(flatten)]
    pub(super) payment: Payment,
    pub(super) card: String,
    /// Whether its hold ended without notice.
    #[serde(default)]
    pub(super) expired: bool,
}

impl Account {
    /// Whether the payment reads `authorised`.
    pub(super) fn is_held(&self) -> bool {
        self.payment.standing == Standing::Authorised
    }
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    reference: Cow<'a, Reference>,
    #[serde(flatten)]
    account: Cow<'a, Account>,
}

impl Journal {
    /// Opens the journal and reads it. An incomplete last line belongs to a request that was never answered; it is
    /// removed.
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<(Reference, Account)>)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
        file.seek(io::SeekFrom::End(0))?;
        let read = |line: &str| {
            let Line { reference, account } = serde_json::from_str(line)?;
            Ok((reference.into_owned(), account.into_owned()))
        };
        let kept = text.get(..whole).unwrap_or_default().lines().map(read).collect::<Result<_, serde_json::Error>>()?;
        Ok((Self(file), kept))
    }

    /// Writes a change. It is on the disk when this returns.
    pub(super) fn write(&mut self, reference: &Reference, account: &Account) -> io::Result<()> {
        let line = Line { reference: Cow::Borrowed(reference), account: Cow::Borrowed(account) };
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        self.0.write_all(text.as_bytes())?;
        self.0.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Provider, Reference, Sandbox, Step};
    use shop_domain::values::Money;
    use std::fs;

    #[tokio::test]
    async fn what_it_did_is_known_after_it_was_killed_and_what_it_did_not_finish_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("payments");
        let amount = Money::new(500, "EUR".parse().unwrap()).unwrap();
        let (first, second): (Reference, Reference) = ("first".parse().unwrap(), "second".parse().unwrap());
        let sandbox = Sandbox::kept_in(&file).unwrap();
        for reference in [&first, &second] {
            sandbox.carry_out(reference, Step::Authorise { amount, card: "tok_ok" }).await.unwrap();
        }
        let captured = sandbox.carry_out(&first, Step::Capture).await.unwrap();
        let known = sandbox.payments();
        drop(sandbox);
        let text = fs::read_to_string(&file).unwrap();
        let torn = text.lines().last().unwrap().len() / 2;
        fs::write(&file, format!("{text}{}", text.lines().last().unwrap().get(..torn).unwrap())).unwrap();
        let again = Sandbox::kept_in(&file).unwrap();
        assert_eq!(again.payments(), known);
        assert_eq!(again.carry_out(&first, Step::Capture).await, Ok(captured));
        let voided = again.carry_out(&second, Step::Void).await.unwrap();
        drop(again);
        let third = Sandbox::kept_in(&file).unwrap();
        assert_eq!((third.status(&second).await, third.changes(0).len()), (Ok(Some(voided)), 4));
    }
}
