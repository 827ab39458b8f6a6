// Rejections that show who called. An error made where results are handed out would show only this
// package's frames. This one is made a little later, inside of an async function that the caller's
// promise waits for: from there V8 follows the awaiting functions, and the stack shows the `await`
// that failed. Only failures pay for it.
//
// Proved by __test__/errors.spec.ts.

/** Not every program leaves it in place. */
const captureStackTrace: typeof Error.captureStackTrace | undefined = Error.captureStackTrace

/** Microtasks from the call of `rejection` until the promise that was resolved with it has settled. */
const MICROTASKS = 5

/** Rejects with the error that `make` returns. A promise is to be resolved with this one at once. */
export async function rejection(make: () => Error): Promise<never> {
  await undefined
  await undefined // by now the outer promise waits for this one, which makes the chain complete
  throw traced(make)
}

/** Returns the error of `make`, with the stack of whoever awaits the rejection. */
function traced(make: () => Error): Error {
  // the stack is taken once, below; where Error is frozen it is taken twice
  const limit = swapLimit(0)
  let error: Error
  try {
    error = make()
  } finally {
    swapLimit(limit)
  }
  try {
    captureStackTrace?.(error, rejection)
  } catch {
    // a stack is not worth another error
  }
  return error
}

/** Sets `Error.stackTraceLimit`, which may be an accessor of the caller's. Returns what it was. */
function swapLimit(limit: unknown): unknown {
  let before: unknown = limit
  try {
    before = Error.stackTraceLimit
    Reflect.set(Error, 'stackTraceLimit', limit)
  } catch {
    // then the stack is taken twice
  }
  return before
}

/** Resolves when every promise that was resolved with a `rejection` before this call has settled. */
export async function rejectionsSettled(): Promise<void> {
  for (let passed = 0; passed < MICROTASKS; passed++) await undefined
}
