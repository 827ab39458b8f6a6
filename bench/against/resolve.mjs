// The hook that hook.mjs registers: `uring` is resolved as a file of the other checkout would resolve it.

let parentURL

export function initialize(data) {
  parentURL = data
}

export function resolve(specifier, context, next) {
  return next(specifier, specifier === 'uring' ? { ...context, parentURL } : context)
}
