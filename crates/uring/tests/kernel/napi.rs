//! Busy polling of network queues.

use super::common::*;
use types::{Napi, NapiTracking};
use uring::types;

#[test]
fn settings_are_kept_and_given_back() {
    let ring = ring();
    let submitter = ring.submitter();
    let mut napi = Napi::new().set_busy_poll_timeout(50).set_prefer_busy_poll(true);
    match submitter.register_napi(&mut napi) {
        Err(error) => {
            let refusal = error.raw_os_error();
            assert_eq!(refusal, Some(libc::EINVAL));
            return skip("napi::settings", "needs Linux 6.9 with CONFIG_NET_RX_BUSY_POLL");
        }
        Ok(()) => assert_eq!(napi.busy_poll_timeout(), 0),
    }
    if !needs("napi::tracking", 6, 13) {
        return;
    }
    assert_eq!(napi.tracking(), Some(NapiTracking::Inactive), "nothing was polled before");
    let mut napi = Napi::new().set_busy_poll_timeout(60).set_tracking(NapiTracking::Static);
    submitter.register_napi(&mut napi).unwrap();
    assert_eq!((napi.busy_poll_timeout(), napi.prefer_busy_poll()), (50, true));
    assert_eq!(napi.tracking(), Some(NapiTracking::Dynamic));
    let mut inactive = Napi::new().set_tracking(NapiTracking::Inactive);
    assert_eq!(errno(submitter.register_napi(&mut inactive)), libc::EINVAL, "not for setting");
    assert_eq!(errno(submitter.register_napi_add_id(1)), libc::EINVAL);
    assert_eq!(errno(submitter.register_napi_del_id(1)), libc::EINVAL);
    let mut napi = Napi::new();
    submitter.unregister_napi(&mut napi).unwrap();
    assert_eq!(napi.busy_poll_timeout(), 60);
    skip("napi::busy_polling", "needs a network card with NAPI ids");
}
