//! The parameters of a ring.

use super::common::*;
use uring::{sys, IoUring};

#[test]
fn getters_show_the_bits() {
    if !needs("parameters::getters_show_the_bits", 6, 0) {
        return;
    }
    let ring: IoUring =
        IoUring::builder().setup_single_issuer().setup_coop_taskrun().build(4).unwrap();
    let params = ring.params();
    assert!(params.is_setup_single_issuer() && params.is_setup_coop_taskrun());
    assert!(!params.is_setup_sqpoll() && !params.is_setup_iopoll() && !params.is_setup_sqe128());
    assert_eq!(params.as_raw().sq_entries, 4);
    let words = [
        (params.is_feature_single_mmap(), sys::IORING_FEAT_SINGLE_MMAP),
        (params.is_feature_nodrop(), sys::IORING_FEAT_NODROP),
        (params.is_feature_submit_stable(), sys::IORING_FEAT_SUBMIT_STABLE),
        (params.is_feature_rw_cur_pos(), sys::IORING_FEAT_RW_CUR_POS),
        (params.is_feature_cur_personality(), sys::IORING_FEAT_CUR_PERSONALITY),
        (params.is_feature_fast_poll(), sys::IORING_FEAT_FAST_POLL),
        (params.is_feature_poll_32bits(), sys::IORING_FEAT_POLL_32BITS),
        (params.is_feature_sqpoll_nonfixed(), sys::IORING_FEAT_SQPOLL_NONFIXED),
        (params.is_feature_ext_arg(), sys::IORING_FEAT_EXT_ARG),
        (params.is_feature_native_workers(), sys::IORING_FEAT_NATIVE_WORKERS),
        (params.is_feature_resource_tagging(), sys::IORING_FEAT_RSRC_TAGS),
        (params.is_feature_skip_cqe_on_success(), sys::IORING_FEAT_CQE_SKIP),
        (params.is_feature_linked_file(), sys::IORING_FEAT_LINKED_FILE),
        (params.is_feature_reg_reg_ring(), sys::IORING_FEAT_REG_REG_RING),
        (params.is_feature_recvsend_bundle(), sys::IORING_FEAT_RECVSEND_BUNDLE),
        (params.is_feature_min_timeout(), sys::IORING_FEAT_MIN_TIMEOUT),
        (params.is_feature_rw_attr(), sys::IORING_FEAT_RW_ATTR),
        (params.is_feature_no_iowait(), sys::IORING_FEAT_NO_IOWAIT),
    ];
    for (said, bit) in words {
        assert_eq!(said, params.features() & bit != 0, "{bit:#x}");
    }
    assert!(format!("{params:?}").contains("sq_entries: 4"));
}

#[test]
fn the_polling_threads_idle_time_is_kept() {
    let ring: IoUring = IoUring::builder().setup_sqpoll(1234).build(4).unwrap();
    assert_eq!(ring.params().sq_thread_idle(), 1234);
    assert!(ring.params().is_setup_sqpoll());
    drop(ring);
    assert_eq!(ring_default_idle(), 0);
}

fn ring_default_idle() -> u32 {
    ring().params().sq_thread_idle()
}
