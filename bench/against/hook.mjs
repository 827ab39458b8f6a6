// Makes `import 'uring'` resolve to the package of the checkout that URING_BENCH_PACKAGE names. Node imports this module
// before the program.

import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { initialize, resolve } from './resolve.mjs'

const folder = process.env.URING_BENCH_PACKAGE
if (folder !== undefined) {
  const data = pathToFileURL(join(folder, 'package.json')).href
  if ('registerHooks' in nodeModule) {
    // Node 22.15 and newer: these hooks run before those of `register`, so they must be of the same kind as the
    // TypeScript loader's
    initialize(data)
    nodeModule.registerHooks({ resolve })
  } else nodeModule.register('./resolve.mjs', { parentURL: import.meta.url, data })
}
