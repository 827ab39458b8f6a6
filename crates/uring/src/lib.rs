//! io_uring over raw system calls.
