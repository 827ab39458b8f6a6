// Makes `import 'uring'` resolve to the package of the checkout that URING_BENCH_PACKAGE names. Node imports this module
// before the program.

import { register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = process.env.URING_BENCH_PACKAGE
if (folder !== undefined) {
  const data = pathToFileURL(join(folder, 'package.json')).href
  register('./resolve.mjs', { parentURL: import.meta.url, data })
}
