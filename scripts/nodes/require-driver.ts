// `npm run check:driver`: fails unless io_uring works here. CI runs it before every suite, so that a container profile
// that denies io_uring makes the job red instead of making its tests skip.
import { driverOf } from './driver'
import { noOptions } from '../lib/command-line'

noOptions(`npm run check:driver

Exits with 0 if the built package completes an operation through io_uring here.

  --help   print this text
`)

const driver = await driverOf(process.execPath)
console.log(`driver: ${driver}`)
process.exitCode = driver === 'io_uring' ? 0 : 1
