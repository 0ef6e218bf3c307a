//! What a host is started with.

use crate::streams::Chaos;
use foldlog_lambda::Registered;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

/// What a host is started with.
pub struct Options {
    /// The text of the SAM template.
    pub template: String,
    /// Values of the template's parameters, over their defaults.
    pub parameters: BTreeMap<String, String>,
    /// Where the gateway listens; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Where the tables are kept.
    pub storage: Storage,
    /// The functions, each under the name of its binary.
    pub functions: Vec<Registered>,
    /// How streams are cut and disturbed.
    pub streams: Streams,
    /// Whether what functions use is counted ([`Host::usage`]), and then the same in each run: every invocation has one
    /// record or message, in an environment that remembers nothing, a queue's function has one at a time, and the clock
    /// stands still but for [`Host::advance_clock`].
    pub counted: bool,
}

/// How every table's stream is cut, and what goes wrong in its delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// The shards of a stream; records of one partition key are in one of them.
    pub shards: NonZeroU32,
    /// What goes wrong on purpose; nothing does without it.
    pub chaos: Option<Chaos>,
}

impl Default for Streams {
    /// Four shards, as a new on-demand table has.
    fn default() -> Self {
        Self { shards: NonZeroU32::MIN.saturating_add(3), chaos: None }
    }
}

/// Where a host keeps its tables, its signing key and what was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// In a temporary directory that is thrown away at the end.
    Temporary,
    /// In a directory that one host at a time may use.
    Directory(PathBuf),
}
