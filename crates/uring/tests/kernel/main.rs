//! Tests on the real kernel: one behaviour each, a file per topic.
//!
//! A test that this kernel, machine or user cannot run is skipped by name, see `common::skip`.

#![allow(missing_docs)]

mod common;
mod skip;

mod buf_group;
mod buf_group_workers;
mod buf_ring;
mod buffers_legacy;
mod cancel;
mod capabilities;
mod clone_buffers;
mod commands;
mod credentials;
mod devices;
mod epoll;
mod eventfd;
mod examples;
mod file_ops;
mod fixed_buffers;
mod fixed_files;
mod fork;
mod futex;
mod life;
mod local_ring;
mod looking;
mod lost;
mod memory_advice;
mod mixed;
mod msg_ring;
mod napi;
mod no_mmap;
mod nop;
mod owned;
mod parameters;
mod path_ops;
mod poll;
mod probe;
mod query;
mod queue;
mod read_write;
mod recv;
mod resize;
mod resize_mixed;
mod resize_sizes;
mod restrictions;
mod ring_fd;
mod send;
mod setup;
mod sockets;
mod splice;
mod submit;
mod sync_cancel;
mod timeout;
mod wait_region;
mod waitid;
mod workers;
mod wrap;
mod xattr;
mod zcrx;
