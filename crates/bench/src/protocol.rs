//! The line protocol: the requests of the harness, and the replies.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The rows of the benchmark, under the names that the report uses.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    Nop,
    ReadCached,
    ReadDirect,
    Write,
    SmallFiles,
    WriteFdatasync,
    Statx,
}

/// One measured run: `count` units of `work` with `depth` of them in flight.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The row.
    pub work: Work,
    /// Units in flight at once.
    pub depth: usize,
    /// Units in all.
    pub count: u64,
    /// The data file, or a file that lists one path per line for works on many files.
    #[serde(default)]
    pub file: PathBuf,
    /// How many 4 KiB blocks of a data file (a power of two) or of each log are used.
    #[serde(default)]
    pub blocks: u32,
    /// Registered buffers (`READ_FIXED`) instead of plain ones.
    #[serde(default)]
    pub fixed: bool,
    /// Add up a checksum of everything read. Not for measured runs.
    #[serde(default)]
    pub check: bool,
}

/// The reply to a request.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// The run succeeded.
    #[serde(rename_all = "camelCase")]
    Done {
        /// Units per second.
        per_second: f64,
        /// Seconds between the first submission and the last completion.
        seconds: f64,
        /// The wrapping sum of the checksums of everything read, or 0 if none was asked for.
        checksum: u32,
    },
    /// The run failed.
    Failed {
        /// The reason, for people.
        error: String,
    },
}
