// What waitid(2) says of real children, decoded; and of bytes that say nothing.

import { constants } from 'node:os'
import test from 'ava'
import { decodeSiginfo, SIGINFO_SIZE, type ChildCode } from '../src/sockets/siginfo'
import { Dice, seed } from './helpers/scale'
import { ask, askOne, decoded, randomBytes, unhex } from './helpers/sockets'

const { SIGTERM, SIGSTOP, SIGCONT, SIGUSR1 } = constants.signals

test('children that ended, stopped and went on are told apart', (t) => {
  const ends: readonly [ChildCode, number][] = [
    ['exited', 213],
    ['killed', SIGTERM],
    ['stopped', SIGSTOP],
    ['continued', SIGCONT],
    ['trapped', SIGUSR1],
  ]
  const answers = ask(ends.map(([code]) => `child ${code}`))
  for (const [index, [code, status]] of ends.entries()) {
    const [pid, uid, bytes] = (answers[index] as string).split(' ') as [string, string, string]
    t.is(bytes.length, SIGINFO_SIZE * 2)
    const expected = { pid: Number(pid), uid: Number(uid), status, code }
    t.deepEqual(decoded(t, unhex(bytes), decodeSiginfo), expected, code)
  }
})

test('the six codes are those of the headers, and a large user id is not negative', (t) => {
  const codes = askOne('codes').split(' ')
  const names: ChildCode[] = ['exited', 'killed', 'dumped', 'trapped', 'stopped', 'continued']
  const answers = ask(codes.map((code) => `filled ${code} 77 4294967294 6`))
  for (const [index, code] of names.entries()) {
    const bytes = unhex(answers[index] as string)
    t.deepEqual(decoded(t, bytes, decodeSiginfo), { pid: 77, uid: 4294967294, status: 6, code })
  }
})

test('no child that changed is undefined', (t) => {
  const [, , bytes] = askOne('child nothing').split(' ')
  t.is(decoded(t, unhex(bytes as string), decodeSiginfo), undefined)
})

test('bytes that are too few or mean nothing are undefined', (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  const whole = unhex(askOne('filled 1 77 0 6'))
  for (let length = 0; length < whole.length; length++)
    t.is(decodeSiginfo(whole.slice(0, length), 0), undefined)
  for (const at of [-1, 1, 128, 1e9, Number.NaN]) t.is(decodeSiginfo(whole, at), undefined)
  for (let round = 0; round < 2000; round++) {
    const bytes = randomBytes(dice, SIGINFO_SIZE)
    if (dice.below(2) === 0) bytes.set([17, 0, 0, 0])
    t.notThrows(() => decodeSiginfo(bytes, 0))
  }
})
