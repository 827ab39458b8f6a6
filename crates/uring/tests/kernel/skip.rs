//! How a test says that it could not run here.

use std::io::Write;

/// Says that a test could not run here, and why. With `URING_SKIP_LOG` the line also goes to that
/// file, where it can be counted: the test harness swallows what passing tests print. One write,
/// so that lines of tests side by side do not run together.
pub fn skip(name: &str, reason: &str) {
    let line = format!("SKIP {name}: {reason}\n");
    eprint!("{line}");
    let Some(path) = std::env::var_os("URING_SKIP_LOG") else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the skip log can be written");
}
