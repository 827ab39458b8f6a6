//! The parameters of a ring, and the features of its kernel.
//!
//! Owns a copy of `io_uring_params` as the kernel filled it in. Promises that a feature is reported
//! if and only if the kernel has set its bit. Never guesses. Proven by
//! `tests/kernel/parameters.rs`.

use std::fmt::{self, Debug, Formatter};

use crate::sys::{self, io_uring_params};

/// The parameters of a ring: `struct io_uring_params` after `io_uring_setup(2)`.
#[derive(Clone)]
#[repr(transparent)]
pub struct Parameters(pub(crate) io_uring_params);

macro_rules! questions {
    ($word:ident: $( $(#[$doc:meta])* $name:ident = $flag:ident, )*) => {
        impl Parameters {
            $(
                $(#[$doc])*
                #[doc = concat!("\n\n`", stringify!($flag), "`")]
                #[inline]
                pub fn $name(&self) -> bool {
                    self.0.$word & sys::$flag != 0
                }
            )*
        }
    };
}

questions! { flags:
    /// Returns whether the ring polls for completions.
    is_setup_iopoll = IORING_SETUP_IOPOLL,
    /// Returns whether a kernel thread polls the submission queue.
    is_setup_sqpoll = IORING_SETUP_SQPOLL,
    /// Returns whether the ring was created disabled.
    is_setup_r_disabled = IORING_SETUP_R_DISABLED,
    /// Returns whether a submit continues after an entry that failed.
    is_setup_submit_all = IORING_SETUP_SUBMIT_ALL,
    /// Returns whether task work waits for the next transition into the kernel.
    is_setup_coop_taskrun = IORING_SETUP_COOP_TASKRUN,
    /// Returns whether the queue's flags show pending task work.
    is_setup_taskrun_flag = IORING_SETUP_TASKRUN_FLAG,
    /// Returns whether submission entries take 128 bytes.
    is_setup_sqe128 = IORING_SETUP_SQE128,
    /// Returns whether completion entries take 32 bytes.
    is_setup_cqe32 = IORING_SETUP_CQE32,
    /// Returns whether only one thread may submit.
    is_setup_single_issuer = IORING_SETUP_SINGLE_ISSUER,
    /// Returns whether task work waits for an enter that asks for events.
    is_setup_defer_taskrun = IORING_SETUP_DEFER_TASKRUN,
    /// Returns whether the ring's memory is the caller's.
    is_setup_no_mmap = IORING_SETUP_NO_MMAP,
    /// Returns whether the ring has no descriptor, only a registered index.
    is_setup_registered_fd_only = IORING_SETUP_REGISTERED_FD_ONLY,
    /// Returns whether the submission queue has no index array.
    is_setup_no_sqarray = IORING_SETUP_NO_SQARRAY,
    /// Returns whether a poll for completions may sleep first.
    is_setup_hybrid_iopoll = IORING_SETUP_HYBRID_IOPOLL,
    /// Returns whether completions of 16 and 32 bytes share the queue.
    is_setup_cqe_mixed = IORING_SETUP_CQE_MIXED,
    /// Returns whether submissions of 64 and 128 bytes share the queue.
    is_setup_sqe_mixed = IORING_SETUP_SQE_MIXED,
    /// Returns whether every submit starts at slot 0.
    is_setup_sq_rewind = IORING_SETUP_SQ_REWIND,
}

questions! { features:
    /// Both rings lie in one mapping. Since Linux 5.4.
    is_feature_single_mmap = IORING_FEAT_SINGLE_MMAP,
    /// The kernel keeps completions for which the queue has no room. Since Linux 5.5.
    is_feature_nodrop = IORING_FEAT_NODROP,
    /// What an entry points at, apart from data buffers, may be reused once submit has returned.
    /// Since Linux 5.5.
    is_feature_submit_stable = IORING_FEAT_SUBMIT_STABLE,
    /// The offset -1 means the file's own position. Since Linux 5.6.
    is_feature_rw_cur_pos = IORING_FEAT_RW_CUR_POS,
    /// Requests run with the credentials of the task that submits them. Since Linux 5.6.
    is_feature_cur_personality = IORING_FEAT_CUR_PERSONALITY,
    /// Requests on pollable files wait without a worker thread. Since Linux 5.7.
    is_feature_fast_poll = IORING_FEAT_FAST_POLL,
    /// Polls have 32 bits of events. Since Linux 5.9.
    is_feature_poll_32bits = IORING_FEAT_POLL_32BITS,
    /// A polling thread (SQPOLL) accepts files that are not registered. Since Linux 5.11.
    is_feature_sqpoll_nonfixed = IORING_FEAT_SQPOLL_NONFIXED,
    /// Enter accepts a timeout. Since Linux 5.11.
    is_feature_ext_arg = IORING_FEAT_EXT_ARG,
    /// Workers are threads of this process; ring memory is not charged. Since Linux 5.12.
    is_feature_native_workers = IORING_FEAT_NATIVE_WORKERS,
    /// Files and buffers can carry tags. Since Linux 5.13.
    is_feature_resource_tagging = IORING_FEAT_RSRC_TAGS,
    /// Requests can suppress their completion. Since Linux 5.17.
    is_feature_skip_cqe_on_success = IORING_FEAT_CQE_SKIP,
    /// A linked request looks up its file when it starts. Since Linux 5.17.
    is_feature_linked_file = IORING_FEAT_LINKED_FILE,
    /// Registrations accept a registered ring index. Since Linux 6.3.
    is_feature_reg_reg_ring = IORING_FEAT_REG_REG_RING,
    /// Sends and receives can be bundled. Since Linux 6.10.
    is_feature_recvsend_bundle = IORING_FEAT_RECVSEND_BUNDLE,
    /// A wait can have a minimum time. Since Linux 6.12.
    is_feature_min_timeout = IORING_FEAT_MIN_TIMEOUT,
    /// Reads and writes can carry attributes. Since Linux 6.14.
    is_feature_rw_attr = IORING_FEAT_RW_ATTR,
    /// A wait can stay out of the iowait accounts. Since Linux 6.15.
    is_feature_no_iowait = IORING_FEAT_NO_IOWAIT,
}

impl Parameters {
    /// Returns the number of slots of the submission queue.
    pub fn sq_entries(&self) -> u32 {
        self.0.sq_entries
    }

    /// Returns the number of slots of the completion queue.
    pub fn cq_entries(&self) -> u32 {
        self.0.cq_entries
    }

    /// Returns the time without work after which the polling thread sleeps, in milliseconds.
    pub fn sq_thread_idle(&self) -> u32 {
        self.0.sq_thread_idle
    }

    /// Returns all setup flags, `IORING_SETUP_*`.
    pub fn setup_flags(&self) -> u32 {
        self.0.flags
    }

    /// Returns all feature bits, `IORING_FEAT_*`.
    pub fn features(&self) -> u32 {
        self.0.features
    }

    /// Returns the kernel's structure.
    pub fn as_raw(&self) -> &io_uring_params {
        &self.0
    }

    /// Creates parameters from the kernel's structure, for
    /// [`IoUring::from_fd`](crate::IoUring::from_fd).
    pub fn from_raw(params: io_uring_params) -> Parameters {
        Parameters(params)
    }
}

impl Debug for Parameters {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameters")
            .field("sq_entries", &self.0.sq_entries)
            .field("cq_entries", &self.0.cq_entries)
            .field("setup_flags", &format_args!("{:#x}", self.0.flags))
            .field("features", &format_args!("{:#x}", self.0.features))
            .field("sq_thread_idle", &self.0.sq_thread_idle)
            .finish()
    }
}
