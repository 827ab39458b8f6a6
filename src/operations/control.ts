// Operations of the ring itself: nothing, and time.

import { operation, plain, type Completion } from '../core/operation'
import { wrongValue } from '../errors'
import { IORING_TIMEOUT_ETIME_SUCCESS, IORING_TIMEOUT_MULTISHOT } from '../generated/constants'
import * as rows from '../generated/operations'
import {
  checkUint32,
  isOptions,
  toTimespec,
  type Duration,
  type OperationOptions,
} from '../options'
import { Operations, begin, core, end, linked, type Kind, type Outcome } from './base'

const NOP = plain(rows.NOP)

const ETIME = -62

const TRAITS = {
  answers: [ETIME],
  decode: ({ result }: Completion) => (result === ETIME ? 'expired' : 'counted'),
} as const

const TIMEOUT = operation<'expired' | 'counted'>(rows.TIMEOUT, TRAITS)

/** The form that does not break a chain. Older kernels refuse its flag as invalid. */
const LINKED_TIMEOUT = operation<'expired' | 'counted'>(rows.TIMEOUT, {
  ...TRAITS,
  form: { name: 'timeout in a chain', since: '5.16' },
})

export abstract class ControlOperations<K extends Kind> extends Operations<K> {
  /**
   * Does nothing, by way of the kernel and back (IORING_OP_NOP, Linux 5.1). Resolves to 0.
   * See io_uring_prep_nop(3).
   */
  nop(options?: OperationOptions): Outcome<K, number> {
    return this[end](this[begin](NOP, -1, options), NOP)
  }

  /**
   * Waits until `duration` is over or `count` other operations of the ring have completed
   * (IORING_OP_TIMEOUT, Linux 5.4). A `count` of 0 makes it a plain timer. Resolves to which of the two
   * it was. In a chain the time that is over is no failure (IORING_TIMEOUT_ETIME_SUCCESS, Linux 5.16).
   * See io_uring_prep_timeout(3).
   *
   * @param duration milliseconds, or seconds and nanoseconds
   * @param flags `IORING_TIMEOUT_*`: another clock, or an absolute time
   */
  timeout(
    duration: Duration,
    count?: number,
    flags?: number,
    options?: OperationOptions,
  ): Outcome<K, 'expired' | 'counted'>
  timeout(
    duration: Duration,
    count: number,
    options: OperationOptions,
  ): Outcome<K, 'expired' | 'counted'>
  timeout(duration: Duration, options: OperationOptions): Outcome<K, 'expired' | 'counted'>
  timeout(
    duration: Duration,
    count: number | OperationOptions = 0,
    flags: number | OperationOptions = 0,
    options?: OperationOptions,
  ): Outcome<K, 'expired' | 'counted'> {
    if (isOptions(count)) return this.timeout(duration, 0, 0, count)
    if (isOptions(flags)) return this.timeout(duration, count, 0, flags)
    const { seconds, nanoseconds } = toTimespec(duration, 'duration')
    checkUint32(count, 'count')
    checkUint32(flags, 'flags')
    if ((flags & IORING_TIMEOUT_MULTISHOT) !== 0) {
      throw wrongValue(
        'flags',
        'must not hold IORING_TIMEOUT_MULTISHOT: a promise settles once',
        flags,
      )
    }
    const chained = this[linked]
    const form = chained ? LINKED_TIMEOUT : TIMEOUT
    const slot = this[begin](form, -1, options)
    const { requests } = this[core]
    requests.setAddr(slot, seconds)
    requests.setLen(slot, nanoseconds)
    requests.setOff(slot, count)
    requests.setOpFlags(slot, chained ? flags | IORING_TIMEOUT_ETIME_SUCCESS : flags)
    return this[end](slot, form)
  }
}
