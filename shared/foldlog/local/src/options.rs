//! The options of a host.

use crate::streams::Chaos;
use foldlog_lambda::Registered;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

/// The options of a host.
pub struct Options {
    /// The text of the SAM template.
    pub template: String,
    /// Values of the template's parameters. They replace the defaults.
    pub parameters: BTreeMap<String, String>,
    /// Settings of functions that are others on this machine than in the template, by name. Some function must have each.
    pub environment: BTreeMap<String, String>,
    /// The secrets of Secrets Manager, by ARN.
    pub secrets: BTreeMap<String, String>,
    /// The address of the gateway. Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// The place of the tables.
    pub storage: Storage,
    /// The functions, each under the name of its binary.
    pub functions: Vec<Registered>,
    /// The shards of streams, and the chaos in their delivery.
    pub streams: Streams,
    /// Whether the usage of functions is counted ([`Host::usage`]). Then each run counts the same: every invocation has
    /// one record or message, in an environment that remembers nothing, a queue's function has one at a time, and the
    /// clock moves only by [`Host::advance_clock`].
    pub counted: bool,
}

/// The number of shards of every table's stream, and the chaos in its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// The shards of a stream. All records of one partition key are in one of them.
    pub shards: NonZeroU32,
    /// The chaos. Without it, nothing goes wrong on purpose.
    pub chaos: Option<Chaos>,
}

impl Default for Streams {
    /// Four shards, as a new on-demand table has.
    fn default() -> Self {
        Self { shards: NonZeroU32::MIN.saturating_add(3), chaos: None }
    }
}

/// The place of a host's tables, its signing key and its given-up records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// A temporary directory that is removed at the end.
    Temporary,
    /// A directory that one host at a time may use.
    Directory(PathBuf),
}
