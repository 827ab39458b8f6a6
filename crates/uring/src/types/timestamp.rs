//! A transmit timestamp.

use crate::cqueue;
use crate::sys::io_timespec;

/// A completion of [`SocketTxTimestamp`](crate::opcode::SocketTxTimestamp). Since Linux 6.17.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxTimestamp {
    /// The packet's key, from `SO_TIMESTAMPING` with `OPT_ID`.
    pub key: u32,
    /// The kind of moment, one of `SCM_TSTAMP_*`.
    pub kind: u32,
    /// Whether the network card took the timestamp.
    pub hardware: bool,
    /// The moment, in seconds and nanoseconds.
    pub time: io_timespec,
}

impl TxTimestamp {
    /// Reads a completion. Returns `None` if it is an error.
    pub fn parse(entry: &cqueue::Entry32) -> Option<TxTimestamp> {
        let [tv_sec, tv_nsec] = *entry.big_cqe();
        Some(TxTimestamp {
            key: u32::try_from(entry.result()).ok()?,
            kind: cqueue::timestamp_type(entry.flags()),
            hardware: cqueue::timestamp_hw(entry.flags()),
            time: io_timespec { tv_sec, tv_nsec },
        })
    }
}
