//! An export of the log's table that `DynamoDB` itself made: its items without order, in its own JSON, as it writes
//! them to S3 (developer guide, "`DynamoDB` table export output format"). It is sorted into an export of this crate.

use crate::error::TransferError;
use crate::line::{commit_of, line_of};
use crate::manifest::Manifest;
use crate::survey::Survey;
use crate::writer::Writer;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::MultiGzDecoder;
use foldlog::json;
use foldlog::{Commit, StreamName, Version};
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Lines, Seek, Write};
use std::path::{Path, PathBuf};

/// The manifest of the export,
const SUMMARY: &str = "manifest-summary.json";
/// and the list of its files, one a line.
const FILES: &str = "manifest-files.json";
/// The folder of the files.
const DATA: &str = "data";

/// A directory with the files from `AWSDynamoDB/<export>/` in the bucket.
#[derive(Debug)]
pub struct TableExport {
    path: PathBuf,
    items: usize,
    files: Vec<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    item_count: usize,
    output_format: String,
    #[serde(default)]
    export_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    item_count: usize,
    md5_checksum: String,
    #[serde(rename = "dataFileS3Key")]
    key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exported {
    item: serde_dynamo::Item,
}

impl TableExport {
    /// Whether a directory holds one.
    #[must_use]
    pub fn is_in(path: &Path) -> bool {
        path.join(SUMMARY).exists()
    }

    /// The export in a directory. So far only the manifests were read.
    pub fn open(path: &Path) -> Result<Self, TransferError> {
        let (summary, files) = (path.join(SUMMARY), path.join(FILES));
        let wrong =
            |path: &Path, reason: &str| TransferError::Manifest { path: path.to_owned(), reason: reason.to_owned() };
        let text = fs::read_to_string(&summary).map_err(TransferError::io(&summary))?;
        let read: Summary = json::read(&text).map_err(|error| wrong(&summary, &error.to_string()))?;
        if read.output_format != "DYNAMODB_JSON" {
            return Err(wrong(&summary, "export the table in the format DYNAMODB_JSON"));
        }
        if read.export_type.is_some_and(|kind| kind != "FULL_EXPORT") {
            return Err(wrong(&summary, "only a full export holds the whole log"));
        }
        let text = fs::read_to_string(&files).map_err(TransferError::io(&files))?;
        let listed = text.lines().map(json::read::<Data>).collect::<Result<Vec<_>, _>>();
        let listed = listed.map_err(|error| wrong(&files, &error.to_string()))?;
        Ok(Self { path: path.to_owned(), items: read.item_count, files: listed })
    }

    /// How many items it holds.
    #[must_use]
    pub const fn items(&self) -> usize {
        self.items
    }

    /// Writes the same log as an export of this crate. Runs of commits, each of `run_bytes`, are sorted in memory and
    /// then merged. `done` is called for each commit that was read.
    pub fn arrange(
        &self,
        directory: &Path,
        file_bytes: u64,
        run_bytes: usize,
        done: impl Fn(),
    ) -> Result<Manifest, TransferError> {
        let (mut runs, mut run, mut bytes, mut items) = (Vec::new(), Vec::new(), 0, 0);
        for file in &self.files {
            for commit in self.read(file)? {
                let (stream, version) = (commit.stream.clone(), commit.version);
                let line = line_of(&commit).map_err(|error| TransferError::io(directory)(error.into()))?;
                bytes += line.len();
                run.push((stream, version, line));
                items += 1;
                if bytes >= run_bytes {
                    runs.push(Run::write(directory, std::mem::take(&mut run))?);
                    bytes = 0;
                }
                done();
            }
        }
        if items != self.items {
            let (expected, found) = (self.items.to_string(), items.to_string());
            return Err(TransferError::Total { what: "items", expected, found });
        }
        runs.push(Run::write(directory, run)?);
        merge(directory, runs, Writer::behind(directory, file_bytes, Vec::new(), Survey::default()))
    }

    /// The commits of a file. It is read once before, to check that it is as the manifest says.
    fn read(&self, listed: &Data) -> Result<Vec<Commit>, TransferError> {
        let name = listed.key.rsplit('/').next().unwrap_or_default();
        let path = self.path.join(DATA).join(name);
        let bytes = fs::read(&path).map_err(TransferError::io(&path))?;
        if BASE64_STANDARD.encode(md5::compute(&bytes).0) != listed.md5_checksum {
            return Err(TransferError::file(&path, &"its MD5 is not what the manifest says"));
        }
        let lines = BufReader::new(MultiGzDecoder::new(bytes.as_slice())).lines();
        let commits = lines.map(|line| {
            let line = line.map_err(|error| TransferError::file(&path, &error))?;
            let Exported { item } = json::read(&line).map_err(|error| TransferError::file(&path, &error))?;
            foldlog_dynamo::item::commit_of(item).map_err(|error| TransferError::file(&path, &error))
        });
        let commits = commits.collect::<Result<Vec<_>, _>>()?;
        if commits.len() == listed.item_count {
            return Ok(commits);
        }
        Err(TransferError::file(
            &path,
            &format!("it holds {} items, and the manifest says {}", commits.len(), listed.item_count),
        ))
    }
}

/// Sorted commits, in a file without a name.
struct Run(Lines<BufReader<File>>);

impl Run {
    fn write(directory: &Path, mut commits: Vec<(StreamName, Version, String)>) -> Result<Self, TransferError> {
        commits.sort_unstable();
        let write = || {
            let mut file = BufWriter::new(tempfile::tempfile_in(directory)?);
            commits.iter().try_for_each(|(_, _, line)| file.write_all(line.as_bytes()))?;
            let mut file = file.into_inner()?;
            file.rewind()?;
            Ok(Self(BufReader::new(file).lines()))
        };
        write().map_err(TransferError::io(directory))
    }

    fn next(&mut self, directory: &Path) -> Result<Option<Commit>, TransferError> {
        let line = self.0.next().transpose().map_err(TransferError::io(directory))?;
        line.map(|line| commit_of(&line).map_err(|reason| TransferError::file(directory, &reason))).transpose()
    }
}

/// Writes the commits of all runs in order.
fn merge(directory: &Path, mut runs: Vec<Run>, mut writer: Writer) -> Result<Manifest, TransferError> {
    let mut firsts = Vec::new();
    let mut next = BinaryHeap::new();
    for (number, run) in runs.iter_mut().enumerate() {
        let first = run.next(directory)?;
        next.extend(first.as_ref().map(|first| Reverse((first.stream.clone(), first.version, number))));
        firsts.push(first);
    }
    while let Some(Reverse((_, _, number))) = next.pop() {
        let (Some(run), Some(first)) = (runs.get_mut(number), firsts.get_mut(number)) else { break };
        let Some(commit) = std::mem::replace(first, run.next(directory)?) else { break };
        writer.put(&commit)?;
        next.extend(first.as_ref().map(|first| Reverse((first.stream.clone(), first.version, number))));
    }
    writer.finish()
}
