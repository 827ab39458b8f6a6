// The constants that users get: io_uring's and those of Linux that operations take. They are generated
// from the tables in crates/codegen. Proved by __test__/constants.spec.ts.
//
// A misspelt constant is `undefined`, which a flag operation turns into 0: the flag is lost without a
// word. So the object's prototype throws for names that look like constants. Names that exist are
// ordinary properties, and cost nothing.

import { wrongValue } from './errors'
import { constants } from './generated/exported'

const CONSTANT = /^[A-Z_][A-Z0-9_]*$/

/** Throws for every name of a constant; knows nothing else. */
const refusing: object = new Proxy(Object.freeze({}), {
  get(_target, name): undefined {
    if (typeof name !== 'string' || !CONSTANT.test(name)) return undefined
    throw wrongValue('constants', `has no constant ${name}`, name)
  },
})

Object.setPrototypeOf(constants, refusing)
Object.freeze(constants)

export { constants }
