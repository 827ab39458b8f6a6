//! A file of its own: the signals of this process are for this test alone.

mod real;

use real::Bench;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use uring::opcode;
use uring_engine::{Encoded, Marks};

static SIGNALS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_signal: libc::c_int) {
    SIGNALS.fetch_add(1, Ordering::Relaxed);
}

/// Has SIGALRM sent every `micros` microseconds; 0 ends it. System calls are not restarted.
fn storm(micros: i64) {
    let every = libc::timeval { tv_sec: 0, tv_usec: micros };
    let timer = libc::itimerval { it_interval: every, it_value: every };
    // SAFETY: zeroes are a valid sigaction; the handler only touches an atomic number.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = count as *const () as usize;
        assert_eq!(libc::sigaction(libc::SIGALRM, &action, std::ptr::null_mut()), 0);
        assert_eq!(libc::setitimer(libc::ITIMER_REAL, &timer, std::ptr::null_mut()), 0);
    }
}

fn pause() -> Encoded {
    Encoded::bare(opcode::Nop::new().build())
}

#[test]
fn r53_a_storm_of_signals_loses_no_operation() {
    const ALL: u64 = 10_000;
    let mut bench = Bench::new(32, None, 500);
    storm(100);
    let start = Instant::now();
    let mut staged = 0;
    while staged < ALL || SIGNALS.load(Ordering::Relaxed) < 100 {
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", bench.engine.counts());
        for slot in 0..500 {
            let limit = Duration::from_millis(1);
            staged += u64::from(bench.stage_timed(slot, Marks::NONE, limit, pause()));
        }
        bench.settle();
    }
    storm(0);
    let counts = bench.engine.counts();
    assert_eq!((counts.settled, counts.suspect), (staged, 0));
}
