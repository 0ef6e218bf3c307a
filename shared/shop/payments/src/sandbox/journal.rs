//! The journal on disk: a line for each change, in order.

use crate::payment::{Payment, Standing};
use crate::values::Reference;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// The file, and the length of its whole lines.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    whole: u64,
}

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
        let mut file = opened(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        // A line may be cut within a character.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        text.truncate(whole);
        let read = |line: &[u8]| {
            let Line { reference, account } = serde_json::from_slice(line)?;
            Ok((reference.into_owned(), account.into_owned()))
        };
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let kept = lines.map(read).collect::<Result<_, serde_json::Error>>()?;
        let whole = u64::try_from(whole).unwrap_or(u64::MAX);
        file.set_len(whole)?;
        Ok((Self { file, whole }, kept))
    }

    /// Writes a change. It is on the disk when this returns. If the disk is full, for example, nothing is written: what
    /// an earlier failure left is cut off first, so that no line goes on behind a part of another one.
    pub(super) fn write(&mut self, reference: &Reference, account: &Account) -> io::Result<()> {
        let line = Line { reference: Cow::Borrowed(reference), account: Cow::Borrowed(account) };
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        self.file.set_len(self.whole)?;
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // If this fails too, the next write or the next start cuts it off.
            let _ = self.file.set_len(self.whole);
            return Err(error);
        }
        self.whole += u64::try_from(text.len()).unwrap_or_default();
        Ok(())
    }
}

/// The file, which only its owner can read.
fn opened(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
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

    /// A full disk takes a part of a line.
    #[tokio::test]
    async fn a_line_does_not_go_on_behind_a_part_of_one_that_could_not_be_written() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("payments");
        let amount = Money::new(500, "EUR".parse().unwrap()).unwrap();
        let reference: Reference = "first".parse().unwrap();
        let sandbox = Sandbox::kept_in(&file).unwrap();
        sandbox.carry_out(&reference, Step::Authorise { amount, card: "tok_ok" }).await.unwrap();
        let part = "{\"reference\":\"café".as_bytes();
        let mut text = fs::read(&file).unwrap();
        text.extend(&part[..part.len() - 1]);
        fs::write(&file, text).unwrap();
        let captured = sandbox.carry_out(&reference, Step::Capture).await.unwrap();
        drop(sandbox);
        let again = Sandbox::kept_in(&file).unwrap();
        assert_eq!((again.status(&reference).await, again.changes(0).len()), (Ok(Some(captured)), 2));
    }

    /// `/dev/full` takes no byte, and is no file that could be cut.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_journal_that_cannot_be_written_changes_nothing() {
        let file = fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
        let mut journal = super::Journal { file, whole: 0 };
        let payment = crate::Payment {
            amount: Money::new(500, "EUR".parse().unwrap()).unwrap(),
            standing: crate::Standing::Authorised,
            expires_at: None,
            refunds: vec![],
        };
        let account = super::Account { payment, card: "tok_ok".to_owned(), expired: false };
        assert!(journal.write(&"first".parse().unwrap(), &account).is_err());
        assert_eq!(journal.whole, 0);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("payments");
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        drop(Sandbox::kept_in(&file).unwrap());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
