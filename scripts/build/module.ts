// The ES modules of the package. They re-export the CommonJS file instead of containing the code a second time: a
// program that imports the package here and requires it there has one `Ring` and one kind of error, and `instanceof`
// holds. The declarations re-export for the same reason.
//
// There are two. Node gets the one that calls require(): naming a CommonJS file in an import statement makes Node load
// and run its lexer of CommonJS exports first, which triples the cost of the import. Bundlers, which follow import
// statements and not calls, get the other by the condition "module".

/** `index.mjs`, for Node: every export by its name, and all of them as the default export. */
export function moduleEntry(names: readonly string[]): string {
  const list = names.join(', ')
  return `import { createRequire } from 'node:module'

const uring = createRequire(import.meta.url)('./index.js')

export const { ${list} } = uring
export default uring
`
}

/** `static.mjs`, for bundlers: the same. */
export function staticEntry(names: readonly string[]): string {
  const list = names.join(', ')
  return `import { ${list} } from './index.js'

export { ${list} }
export default { ${list} }
`
}

/** `index.d.mts`, of both. */
export function moduleDeclarations(): string {
  return `import * as uring from './index.js'

export * from './index.js'
export default uring
`
}
