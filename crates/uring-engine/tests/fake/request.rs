//! What the fake kernel makes of an entry, and how the tests tell it what to do: an operation's
//! `fd` is its behaviour.

use uring::squeue::{Entry, Flags};
use uring::sys::__kernel_timespec;
use uring::{opcode, types};
use uring_engine::{Kind, Token};

/// How an operation goes. The number is passed as the entry's descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// The seed decides: when, whether in full, whether with an error.
    Ordinary,
    /// Succeeds in full within the submit.
    Inline,
    /// Succeeds in full later.
    Late,
    /// Transfers a part.
    Short,
    /// EIO.
    Fails,
    /// Several results, then the last.
    Multi,
    /// Several results, then ENOBUFS.
    Unbuffered,
    /// A result, then a notification; or one result without.
    ZeroCopy,
    /// Does not complete by itself; can be cancelled.
    Blocks,
    /// As `Blocks`, but a worker runs it: cancel says EALREADY and the result is EINTR.
    Interrupted,
    /// Cannot be cancelled, completes late.
    Stubborn,
    /// The cancel says 0 and the operation succeeds all the same.
    Escapes,
    /// Cannot be cancelled and does not complete.
    Never,
}

pub const BEHAVIOURS: [Behaviour; 13] = [
    Behaviour::Ordinary,
    Behaviour::Inline,
    Behaviour::Late,
    Behaviour::Short,
    Behaviour::Fails,
    Behaviour::Multi,
    Behaviour::Unbuffered,
    Behaviour::ZeroCopy,
    Behaviour::Blocks,
    Behaviour::Interrupted,
    Behaviour::Stubborn,
    Behaviour::Escapes,
    Behaviour::Never,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Nop,
    Read,
    Write,
    /// Ticks until the guard strikes.
    Guard(u64),
    /// Ticks until it completes.
    Timeout(u64),
    /// When it completes.
    Alarm(u64),
    /// The target's user data.
    Cancel(u64),
}

/// One entry the kernel has consumed.
#[derive(Clone, Debug)]
pub struct Request {
    pub user_data: u64,
    pub act: Act,
    pub behaviour: Behaviour,
    pub flags: Flags,
    pub address: u64,
    pub length: u32,
    /// When it completes, with what.
    pub due: Option<(u64, i32)>,
    /// Results to come before the last.
    pub more: u32,
    /// Cancels that will not find it though it is there.
    pub hidden: u32,
}

impl Request {
    pub fn new(entry: &Entry) -> Request {
        let raw = entry.as_raw();
        let kind = Token::from_user_data(raw.user_data).kind();
        let act = match raw.opcode {
            code if code == opcode::Nop::CODE => Act::Nop,
            code if code == opcode::Read::CODE => Act::Read,
            code if code == opcode::Write::CODE => Act::Write,
            code if code == opcode::AsyncCancel::CODE => Act::Cancel(raw.addr),
            code if code == opcode::LinkTimeout::CODE => Act::Guard(nanoseconds(raw.addr)),
            code if code == opcode::Timeout::CODE && kind == Kind::Alarm => {
                Act::Alarm(nanoseconds(raw.addr))
            }
            code if code == opcode::Timeout::CODE => {
                Act::Timeout(nanoseconds(raw.addr) / 1_000_000)
            }
            code => panic!("the tests make no entry of opcode {code}"),
        };
        let behaviour = BEHAVIOURS.get(raw.fd as usize).copied();
        Request {
            user_data: raw.user_data,
            act,
            behaviour: behaviour.unwrap_or(Behaviour::Inline),
            flags: entry.get_flags(),
            address: raw.addr,
            length: raw.len,
            due: None,
            more: 0,
            hidden: 0,
        }
    }

    /// True when another entry of the same submit follows it.
    pub fn linked(&self) -> bool {
        self.flags.intersects(Flags::IO_LINK.union(Flags::IO_HARDLINK))
    }

    /// True when its failure does not stop the chain.
    pub fn hard(&self) -> bool {
        self.flags.contains(Flags::IO_HARDLINK)
    }

    pub fn has_memory(&self) -> bool {
        matches!(self.act, Act::Read | Act::Write)
    }

    pub fn failed(&self, result: i32) -> bool {
        result < 0 || (self.has_memory() && result != self.length as i32)
    }

    /// The result of a success in full.
    pub fn whole(&self) -> i32 {
        if self.has_memory() {
            self.length as i32
        } else {
            0
        }
    }
}

/// Time limits of the tests count ticks in nanoseconds, the pauses between cancels milliseconds.
fn nanoseconds(address: u64) -> u64 {
    // SAFETY: the engine promises a timespec that is there until the completion; the real kernel
    // reads it at this very moment, too.
    let limit = unsafe { *(address as *const __kernel_timespec) };
    limit.tv_nsec as u64
}

/// An entry for an operation that behaves so.
pub fn entry(act: Act, behaviour: Behaviour, address: u64, length: u32) -> Entry {
    let fd = types::Fd(behaviour as i32);
    match act {
        Act::Read => opcode::Read::new(fd, address as *mut u8, length).build(),
        Act::Write => opcode::Write::new(fd, address as *const u8, length).build(),
        _ => opcode::Nop::new().fd(fd.0).build(),
    }
}

/// Requests that run one after the other; the first is under way.
#[derive(Debug)]
pub struct Chain {
    pub members: std::collections::VecDeque<Request>,
    /// The armed guard of the first, and when it strikes.
    pub guard: Option<(Request, u64)>,
}
