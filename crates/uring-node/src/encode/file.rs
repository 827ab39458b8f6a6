//! Operations on an open file.

use super::{Operation, Refusal};
use std::os::fd::RawFd;
use uring::opcode;
use uring::types::Fd;
use uring_engine::Encoded;

fn fd(operation: &Operation) -> Fd {
    Fd(operation.request.fd as RawFd)
}

#[inline]
pub(super) fn read(operation: &Operation) -> Result<Encoded, Refusal> {
    let (view, request) = (operation.view()?, &operation.request);
    let entry = opcode::Read::new(fd(operation), view.pointer, view.bytes as u32)
        .offset(request.off)
        .rw_flags(request.op_flags as i32)
        .ioprio(request.ioprio);
    Ok(Encoded::bare(entry.build()))
}

#[inline]
pub(super) fn write(operation: &Operation) -> Result<Encoded, Refusal> {
    let (view, request) = (operation.view()?, &operation.request);
    let entry = opcode::Write::new(fd(operation), view.pointer, view.bytes as u32)
        .offset(request.off)
        .rw_flags(request.op_flags as i32)
        .ioprio(request.ioprio);
    Ok(Encoded::bare(entry.build()))
}

pub(super) fn readv(operation: &Operation) -> Result<Encoded, Refusal> {
    let (iovecs, request) = (operation.iovecs()?, &operation.request);
    let entry = opcode::Readv::new(fd(operation), iovecs.as_ptr(), iovecs.len() as u32)
        .offset(request.off)
        .rw_flags(request.op_flags as i32)
        .ioprio(request.ioprio);
    Ok(Encoded::with(entry.build(), iovecs))
}

pub(super) fn writev(operation: &Operation) -> Result<Encoded, Refusal> {
    let (iovecs, request) = (operation.iovecs()?, &operation.request);
    let entry = opcode::Writev::new(fd(operation), iovecs.as_ptr(), iovecs.len() as u32)
        .offset(request.off)
        .rw_flags(request.op_flags as i32)
        .ioprio(request.ioprio);
    Ok(Encoded::with(entry.build(), iovecs))
}

#[inline]
pub(super) fn read_fixed(operation: &Operation) -> Result<Encoded, Refusal> {
    let (view, request) = (operation.view()?, &operation.request);
    // the kernel checks that the range lies inside the registered buffer (EFAULT)
    let length = view.bytes as u32;
    let entry = opcode::ReadFixed::new(fd(operation), view.pointer, length, request.buf_index)
        .offset(request.off)
        .rw_flags(request.op_flags as i32)
        .ioprio(request.ioprio);
    Ok(Encoded::bare(entry.build()))
}

#[inline]
pub(super) fn write_fixed(operation: &Operation) -> Result<Encoded, Refusal> {
    let (view, request) = (operation.view()?, &operation.request);
    let length = view.bytes as u32;
    let entry = opcode::WriteFixed::new(fd(operation), view.pointer, length, request.buf_index)
        .offset(request.off)
        .rw_flags(request.op_flags as i32)
        .ioprio(request.ioprio);
    Ok(Encoded::bare(entry.build()))
}

pub(super) fn fsync(operation: &Operation) -> Result<Encoded, Refusal> {
    let flags = uring::types::FsyncFlags::from_bits_retain(operation.request.op_flags);
    Ok(Encoded::bare(opcode::Fsync::new(fd(operation)).flags(flags).build()))
}

pub(super) fn fallocate(operation: &Operation) -> Result<Encoded, Refusal> {
    let request = &operation.request;
    let entry = opcode::Fallocate::new(fd(operation), request.addr)
        .offset(request.off)
        .mode(request.len as i32);
    Ok(Encoded::bare(entry.build()))
}

pub(super) fn ftruncate(operation: &Operation) -> Result<Encoded, Refusal> {
    Ok(Encoded::bare(opcode::Ftruncate::new(fd(operation), operation.request.off).build()))
}

pub(super) fn close(operation: &Operation) -> Result<Encoded, Refusal> {
    Ok(Encoded::bare(opcode::Close::new(fd(operation)).build()))
}
