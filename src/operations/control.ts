// Operations of the ring itself: nothing, and time.

import { operation, plain } from '../core/operation'
import { wrongValue } from '../errors'
import { IORING_OP_NOP, IORING_OP_TIMEOUT, IORING_TIMEOUT_MULTISHOT } from '../generated/constants'
import { checkUint32, toTimespec, type Duration, type OperationOptions } from '../options'
import { Operations, begin, core, end, type Kind, type Outcome } from './base'

const NOP = plain(IORING_OP_NOP, 'nop', '5.1')

const ETIME = -62

const TIMEOUT = operation<'expired' | 'counted'>(IORING_OP_TIMEOUT, 'timeout', '5.4', {
  answers: [ETIME],
  decode: ({ result }) => (result === ETIME ? 'expired' : 'counted'),
})

export abstract class ControlOperations<K extends Kind> extends Operations<K> {
  /**
   * Does nothing, by way of the kernel and back (IORING_OP_NOP, Linux 5.1). Gives 0.
   * See io_uring_prep_nop(3).
   */
  nop(options?: OperationOptions): Outcome<K, number> {
    return this[end](this[begin](NOP, -1, options), NOP)
  }

  /**
   * Waits until `duration` is over or `count` other operations of the ring have completed
   * (IORING_OP_TIMEOUT, Linux 5.4); a `count` of 0 is a plain timer. Gives which of the two it was.
   * See io_uring_prep_timeout(3).
   *
   * @param duration milliseconds, or seconds and nanoseconds
   * @param flags `IORING_TIMEOUT_*`: another clock, or an absolute time
   */
  timeout(
    duration: Duration,
    count = 0,
    flags = 0,
    options?: OperationOptions,
  ): Outcome<K, 'expired' | 'counted'> {
    const { seconds, nanoseconds } = toTimespec(duration, 'duration')
    checkUint32(count, 'count')
    checkUint32(flags, 'flags')
    if ((flags & IORING_TIMEOUT_MULTISHOT) !== 0) {
      throw wrongValue(
        'flags',
        'must be without IORING_TIMEOUT_MULTISHOT: a promise settles once',
        flags,
      )
    }
    const slot = this[begin](TIMEOUT, -1, options)
    const { requests } = this[core]
    requests.setAddr(slot, seconds)
    requests.setLen(slot, nanoseconds)
    requests.setOff(slot, count)
    requests.setOpFlags(slot, flags)
    return this[end](slot, TIMEOUT)
  }
}
