// Loads the specs of one group into one test file. ava starts a worker per file, which takes seconds under emulation,
// so this saves one per spec. Every title begins with the name of its spec. ava runs the tests one by one (serial), so
// that specs that count descriptors or rings do not count those of others.
/* oxlint-disable no-underscore-dangle -- Node's own name for its loader */
import Module from 'node:module'
import ava, { type TestFn } from 'ava'

type Loader = (request: string, ...rest: unknown[]) => unknown
type Declare = (title: unknown, ...rest: unknown[]) => unknown

const loader = Module as unknown as { _load: Loader }

function named(declare: Declare, prefix: string): Declare {
  return (title, ...rest) =>
    declare(typeof title === 'string' ? `${prefix} › ${title}` : title, ...rest)
}

/** ava's `test` for one spec, with everything that hangs on it: `test.serial`, `test.failing`, ... */
function testFor(prefix: string): TestFn {
  const real = ava as unknown as Declare
  return new Proxy(named(real, prefix), {
    get: (_, name) => {
      const member = Reflect.get(real, name) as unknown
      return typeof member === 'function' ? named(member as Declare, prefix) : member
    },
  }) as unknown as TestFn
}

export function loadSpecs(specs: readonly string[]): void {
  const load = loader._load
  for (const spec of specs) {
    const test = testFor(spec.replace(/^.*\//, '').replace(/\.spec\.js$/, ''))
    loader._load = (request, ...rest) =>
      request === 'ava' ? { __esModule: true, default: test } : load(request, ...rest)
    try {
      load(spec, module, false)
    } finally {
      loader._load = load
    }
  }
}
