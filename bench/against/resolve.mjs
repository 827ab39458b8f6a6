// The resolve hook that hook.mjs registers: `uring` resolves as it would for a file of the other checkout.

let parentURL

export function initialize(data) {
  parentURL = data
}

export function resolve(specifier, context, next) {
  return next(specifier, specifier === 'uring' ? { ...context, parentURL } : context)
}
