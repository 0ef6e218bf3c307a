//! Buckets: folders of the data directory, and the part of S3 that lists, reads and removes their objects.

use crate::database::Answer;
use crate::policy::Demand;
use crate::template::Stack;
use crate::template::identity::PARTITION;
use aws_smithy_xml::encode::XmlWriter;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// The most keys of one list, and the default.
const MOST_KEYS: usize = 1000;

/// The template's buckets, by name.
#[derive(Debug, Default)]
pub(crate) struct Buckets(BTreeMap<String, PathBuf>);

/// A request, as the SDK sends it with path-style addresses.
#[derive(Debug)]
pub(crate) struct ObjectRequest {
    operation: Operation,
    bucket: String,
    key: String,
}

#[derive(Debug)]
enum Operation {
    List { after: Option<String>, most: usize },
    Get,
    Delete,
}

impl Buckets {
    /// The buckets that a template declares, in a data directory.
    pub(crate) fn declared(stack: &Stack, directory: &Path) -> Self {
        let folder = |logical: &str| directory.join("failures").join(logical);
        let buckets = stack.of_kind("AWS::S3::Bucket");
        Self(buckets.map(|bucket| (bucket.identity.reference.clone(), folder(&bucket.logical))).collect())
    }

    /// The folder of a bucket.
    pub(crate) fn folder(&self, name: &str) -> Option<&Path> {
        self.0.get(name).map(PathBuf::as_path)
    }

    /// Answers a request.
    pub(crate) fn answer(&self, request: &ObjectRequest) -> Answer {
        let Some(folder) = self.folder(&request.bucket) else { return refused(404, "NoSuchBucket", &request.bucket) };
        let done = match &request.operation {
            Operation::List { after, most } => return listed(&keys(folder), after.as_deref(), *most),
            Operation::Get => path(folder, &request.key).and_then(std::fs::read_to_string).map(|body| (200, body)),
            Operation::Delete => match path(folder, &request.key).and_then(std::fs::remove_file) {
                // As on S3, an object that does not exist counts as removed.
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                Ok(()) | Err(_) => Ok((204, String::new())),
            },
        };
        match done {
            Ok((status, body)) => Answer { status, body },
            Err(error) if error.kind() == ErrorKind::NotFound => refused(404, "NoSuchKey", &request.key),
            Err(error) => refused(500, "InternalError", &error.to_string()),
        }
    }
}

impl ObjectRequest {
    /// Parses a request from its method and its path with query; none if it is of another kind.
    pub(crate) fn read(method: &str, path_and_query: &str) -> Option<Self> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let path = percent_decode_str(path).decode_utf8().ok()?;
        let (bucket, key) = path.strip_prefix('/')?.split_once('/').unwrap_or((path.strip_prefix('/')?, ""));
        let query: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let operation = match (method, key.is_empty()) {
            ("GET", true) if query.get("list-type").is_some_and(|kind| kind == "2") => Operation::List {
                after: query.get("continuation-token").or_else(|| query.get("start-after")).cloned(),
                most: query.get("max-keys").and_then(|most| most.parse().ok()).unwrap_or(MOST_KEYS).min(MOST_KEYS),
            },
            ("GET", false) => Operation::Get,
            ("DELETE", false) => Operation::Delete,
            _ => return None,
        };
        Some(Self { operation, bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// Its name in the SDK.
    pub(crate) const fn name(&self) -> &'static str {
        match self.operation {
            Operation::List { .. } => "ListObjectsV2",
            Operation::Get => "GetObject",
            Operation::Delete => "DeleteObject",
        }
    }

    /// The permission that it needs.
    pub(crate) fn demand(&self) -> Demand {
        let bucket = format!("arn:{PARTITION}:s3:::{}", self.bucket);
        let (action, resource) = match self.operation {
            Operation::List { .. } => ("s3:ListBucket", bucket),
            Operation::Get => ("s3:GetObject", format!("{bucket}/{}", self.key)),
            Operation::Delete => ("s3:DeleteObject", format!("{bucket}/{}", self.key)),
        };
        Demand::on(action.to_owned(), resource)
    }
}

/// A refusal in the format of S3.
pub(crate) fn refused(status: u16, code: &str, message: &str) -> Answer {
    let mut body = String::new();
    let mut writer = XmlWriter::new(&mut body);
    let mut error = writer.start_el("Error").finish();
    error.start_el("Code").finish().data(code);
    error.start_el("Message").finish().data(message);
    error.finish();
    Answer { status, body }
}

/// The file of a key, which never leaves the folder.
fn path(folder: &Path, key: &str) -> std::io::Result<PathBuf> {
    let inside = Path::new(key).components().all(|component| matches!(component, Component::Normal(_)));
    if inside { Ok(folder.join(key)) } else { Err(ErrorKind::NotFound.into()) }
}

/// The keys of all files below a folder, in order.
fn keys(folder: &Path) -> Vec<String> {
    let mut keys = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(of) = folders.pop() {
        for entry in std::fs::read_dir(of).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(key) = path.strip_prefix(folder) {
                keys.push(key.to_string_lossy().into_owned());
            }
        }
    }
    keys.sort_unstable();
    keys
}

fn listed(keys: &[String], after: Option<&str>, most: usize) -> Answer {
    let rest: Vec<_> = keys.iter().filter(|key| after.is_none_or(|after| key.as_str() > after)).collect();
    let page = rest.get(..most).unwrap_or(&rest);
    let truncated = page.len() < rest.len();
    let mut body = String::new();
    let mut writer = XmlWriter::new(&mut body);
    let mut list = writer.start_el("ListBucketResult").finish();
    list.start_el("KeyCount").finish().data(&page.len().to_string());
    list.start_el("IsTruncated").finish().data(if truncated { "true" } else { "false" });
    for key in page {
        let mut object = list.start_el("Contents").finish();
        object.start_el("Key").finish().data(key);
        object.finish();
    }
    if let Some(last) = page.last().filter(|_| truncated) {
        list.start_el("NextContinuationToken").finish().data(last);
    }
    list.finish();
    Answer { status: 200, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_as_the_sdk_spells_them() {
        let read = |method, uri| {
            let request = ObjectRequest::read(method, uri)?;
            let Demand { action, resource, .. } = request.demand();
            Some((request.name(), format!("{action} {resource}")))
        };
        let found = |name, demand: &str| Some((name, demand.to_owned()));
        assert_eq!(read("GET", "/b?list-type=2"), found("ListObjectsV2", "s3:ListBucket arn:aws:s3:::b"));
        assert_eq!(read("GET", "/b/?list-type=2"), found("ListObjectsV2", "s3:ListBucket arn:aws:s3:::b"));
        assert_eq!(read("GET", "/b/x%20y/z?x-id=GetObject"), found("GetObject", "s3:GetObject arn:aws:s3:::b/x y/z"));
        assert_eq!(read("DELETE", "/b/k?x-id=DeleteObject"), found("DeleteObject", "s3:DeleteObject arn:aws:s3:::b/k"));
        assert_eq!(read("PUT", "/b/k"), None);
        assert_eq!(read("GET", "/b"), None);
    }

    #[test]
    fn no_key_leads_out_of_its_bucket() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("bucket");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(directory.path().join("secret"), "secret").unwrap();
        std::fs::write(folder.join("key"), "open").unwrap();
        let buckets = Buckets([("b".to_owned(), folder)].into());
        let get = |key: &str| buckets.answer(&ObjectRequest::read("GET", &format!("/b/{key}")).unwrap());
        assert_eq!((get("key").status, get("key").body.as_str()), (200, "open"));
        assert_eq!((get("../secret").status, get("%2E%2E/secret").status), (404, 404));
        let rooted = format!("/{}", directory.path().join("secret").display());
        assert_eq!(get(&rooted).status, 404);
    }

    #[test]
    fn a_list_has_pages() {
        let keys = ["a", "b&", "c"].map(str::to_owned);
        let first = listed(&keys, None, 2).body;
        assert!(first.contains("<Key>b&amp;</Key>") && first.contains("<IsTruncated>true<"), "{first}");
        assert!(first.contains("<NextContinuationToken>b&amp;</NextContinuationToken>"), "{first}");
        let second = listed(&keys, Some("b&"), 2).body;
        assert!(second.contains("<Key>c</Key>") && second.contains("<IsTruncated>false<"), "{second}");
        assert!(!second.contains("<Key>a</Key>") && !second.contains("NextContinuationToken"), "{second}");
    }
}
