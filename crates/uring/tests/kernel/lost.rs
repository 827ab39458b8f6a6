//! Lost completions: the queue was full, and the kernel had no memory to keep them.

use super::common::*;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use uring::{opcode, squeue, types, IoUring};

/// A memory group without kernel memory, for single threads. Only version 1 of cgroups supports
/// this: it fails the allocation, where version 2 kills a process.
struct Starvation {
    group: PathBuf,
    inside: File,
    home: File,
}

impl Starvation {
    fn new() -> std::io::Result<Starvation> {
        let groups = std::fs::read_to_string("/proc/thread-self/cgroup")?;
        let own = groups.lines().find_map(|line| line.split_once(":memory:/"));
        let own = own.ok_or(std::io::ErrorKind::NotFound)?.1;
        let root = Path::new("/sys/fs/cgroup/memory");
        let (home, name) = (root.join(own), format!("uring-test-{}", std::process::id()));
        let group = root.join(name);
        std::fs::create_dir(&group)?;
        let tasks = |group: &Path| File::options().write(true).open(group.join("tasks"));
        let opened = tasks(&group).and_then(|inside| Ok((inside, tasks(&home)?)));
        let set = std::fs::write(group.join("memory.oom_control"), "1")
            .and_then(|()| std::fs::write(group.join("memory.limit_in_bytes"), "0"));
        match opened.and_then(|files| set.map(|()| files)) {
            Ok((inside, home)) => Ok(Starvation { group, inside, home }),
            Err(error) => {
                let _ = std::fs::remove_dir(&group);
                Err(error)
            }
        }
    }

    /// Runs `work` in the group. `work` must not open files, map memory or start threads.
    fn during<T>(&self, work: impl FnOnce() -> T) -> std::io::Result<T> {
        // "0" means the writing thread.
        (&self.inside).write_all(b"0")?;
        let result = work();
        (&self.home).write_all(b"0").expect("the way back");
        Ok(result)
    }
}

impl Drop for Starvation {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir(&self.group);
    }
}

fn nops(first: u64) -> [squeue::Entry; 4] {
    std::array::from_fn(|n| opcode::Nop::new().build().user_data(first + n as u64))
}

#[test]
fn lost_completions_are_counted_and_told_once() {
    if !needs("lost::lost_completions_are_counted_and_told_once", 6, 1) {
        return;
    }
    let starvation = match Starvation::new() {
        Ok(starvation) => starvation,
        Err(error) => return skip("lost::memory_group", &format!("no memory group: {error}")),
    };
    // With deferred task work, the kernel allocates the memory for completions with a flag that
    // allows it to wait. A group can refuse only such memory.
    let mut ring: IoUring = IoUring::builder()
        .setup_single_issuer()
        .setup_defer_taskrun()
        .setup_cqsize(4)
        .build(4)
        .unwrap();
    // Fills the kernel's caches of requests first.
    push(&mut ring, &nops(0));
    ring.submit_and_wait(4).unwrap();
    assert_eq!(ring.completion().count(), 4);

    push(&mut ring, &nops(10));
    assert_eq!(ring.submit().unwrap(), 4);
    push(&mut ring, &nops(20));
    let taken = starvation.during(|| ring.submit());
    let Ok(taken) = taken else { return skip("lost::enter", "threads cannot be moved") };
    assert_eq!(taken.unwrap(), 4);
    if ring.completion().overflow() == 0 {
        return skip("lost::kept", "the kernel had memory all the same");
    }
    assert_eq!(ring.completion().overflow(), 4);
    assert!(!ring.submission().cq_overflow(), "nothing was kept");

    let seen: Vec<u64> = ring.completion().map(|done| done.user_data()).collect();
    assert_eq!(seen, [10, 11, 12, 13]);
    let span = types::Timespec::from(Duration::from_millis(5));
    let args = types::SubmitArgs::new().timespec(&span);
    assert_eq!(errno(ring.submitter().submit_with_args(1, &args)), libc::EBADR);
    assert_eq!(errno(ring.submitter().submit_with_args(1, &args)), libc::ETIME);
    assert_eq!(result(&mut ring, opcode::Nop::new().build()), 0);
}
