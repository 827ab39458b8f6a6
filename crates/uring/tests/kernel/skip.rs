//! Skipping of tests that cannot run here.

use std::io::Write;

/// Returns the running kernel's release: 6.18 is (6, 18).
pub fn running() -> (u32, u32) {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("procfs");
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// Returns the release in a reason that names only the kernel's age: "needs Linux 6.18".
fn blamed(reason: &str) -> Option<(u32, u32)> {
    let (major, minor) = reason.strip_prefix("needs Linux ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Reports that a test could not run here, and why. With `URING_SKIP_LOG`, the line is also
/// appended to that file, where it can be counted, because the test harness hides the output of
/// passing tests. One write, so that lines of parallel tests do not mix.
///
/// Many tests try an operation and skip if the kernel refuses it. A refusal by a kernel that is new
/// enough is a failure. Without this check, a wrong encoding would only be skipped.
pub fn skip(name: &str, reason: &str) {
    if let Some(release) = blamed(reason) {
        assert!(running() < release, "{name}: {reason}, but this is {:?}", running());
    }
    let line = format!("SKIP {name}: {reason}\n");
    eprint!("{line}");
    let Some(path) = std::env::var_os("URING_SKIP_LOG") else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the skip log can be written");
}
