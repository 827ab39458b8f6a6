//! The CPUs and the number of the workers.

use super::common::*;

#[test]
fn affinity_is_set_and_taken_back() {
    let ring = ring();
    // SAFETY: zeroes are an empty set, and CPU 0 fits into it.
    let cpus = unsafe {
        let mut cpus: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(0, &mut cpus);
        cpus
    };
    ring.submitter().register_iowq_aff(&cpus).unwrap();
    ring.submitter().unregister_iowq_aff().unwrap();
}

#[test]
fn limits_give_the_previous_ones_back() {
    let ring = ring();
    let mut limits = [3, 4];
    ring.submitter().register_iowq_max_workers(&mut limits).unwrap();
    let mut ask = [0, 0];
    ring.submitter().register_iowq_max_workers(&mut ask).unwrap();
    assert_eq!(ask, [3, 4]);
}
