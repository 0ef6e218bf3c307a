//! The manifest: what an export holds, so that it can be checked.

use crate::error::TransferError;
use foldlog::json;
use foldlog::{EventId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The format that this release writes and reads.
pub const FORMAT: u32 = 1;

/// The name of its file.
pub(crate) const NAME: &str = "manifest.json";

/// How many hex digits of a manifest's digest identify it.
const ID_DIGITS: usize = 16;

/// What an export holds. It depends on the commits alone, not on when, where or how often they were exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format of files and manifest: [`FORMAT`].
    pub format: u32,
    /// When the newest commit was committed: an export of the same log up to that moment is this one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_moment",
        deserialize_with = "read_moment"
    )]
    pub until: Option<Timestamp>,
    /// How many streams there are.
    pub streams: usize,
    /// How many commits.
    pub commits: usize,
    /// SHA-256 in hex over the last commit of each stream, by name: lines of `<stream>@<its version> <its hash>`.
    pub root: String,
    /// The files, in order.
    pub files: Vec<Listed>,
}

/// One file of an export: commits by stream, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its file name.
    pub name: String,
    /// SHA-256 in hex of its content before compression: `gunzip -c FILE | sha256sum` prints it.
    pub sha256: String,
    /// The size of its content, in bytes.
    pub bytes: u64,
    /// The number of streams that it holds commits of.
    pub streams: usize,
    /// The number of commits.
    pub commits: usize,
    /// The first event of its first commit.
    pub first: EventId,
    /// The first event of its last commit.
    pub last: EventId,
}

impl Manifest {
    /// The manifest of the export in a directory.
    pub fn read(directory: &Path) -> Result<Self, TransferError> {
        let path = directory.join(NAME);
        let wrong = |reason: String| TransferError::Manifest { path: path.clone(), reason };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(TransferError::NoManifest(path));
            }
            Err(error) => return Err(TransferError::io(&path)(error)),
        };
        let manifest: Self = json::read(&text).map_err(|error| wrong(error.to_string()))?;
        if manifest.format != FORMAT {
            return Err(wrong(format!("its format is {}, and {FORMAT} is known here", manifest.format)));
        }
        match manifest.files.iter().find(|file| Path::new(&file.name).file_name() != Some(file.name.as_ref())) {
            Some(file) => Err(wrong(format!("{:?} is no file in the same directory", file.name))),
            None => Ok(manifest),
        }
    }

    /// Its id: hex digits that differ whenever the content differs.
    #[must_use]
    pub fn id(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let mut id = hex::encode(Sha256::digest(text));
        id.truncate(ID_DIGITS);
        id
    }
}

/// Writes a document in one step: a reader finds the old file or the new one, and never a part.
pub(crate) fn replace(path: &Path, document: &impl Serialize) -> Result<(), TransferError> {
    let written = path.with_extension("json.new");
    let write = || {
        let mut file = fs::File::create(&written)?;
        serde_json::to_writer_pretty(&mut file, document)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&written, path)
    };
    write().map_err(TransferError::io(path))
}

#[expect(clippy::ref_option, reason = "serde gives the field itself")]
fn write_moment<S: Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    moment.as_ref().map(ToString::to_string).serialize(serializer)
}

fn read_moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
}
