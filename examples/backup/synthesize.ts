// Makes a tree for measurements: many small files, with sizes and depths like those of a node_modules.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'

const PER_DIRECTORY = 40
const SIZES = [120, 900, 1_500, 2_800, 4_096, 6_000, 11_000, 600, 24_000, 3_300]

export function synthesize(root: string, files: number): void {
  const contents = new Uint8Array(Math.max(...SIZES))
  let directory = root
  for (let i = 0; i < files; i++) {
    if (i % PER_DIRECTORY === 0) {
      const number = i / PER_DIRECTORY
      directory = path.join(root, `package-${number}`, ...(number % 2 === 0 ? ['dist', 'lib'] : []))
      mkdirSync(directory, { recursive: true })
      symlinkSync(`file-${i}.js`, path.join(directory, 'index.js'))
    }
    contents.fill(i % 251)
    contents[0] = i >>> 8
    const executable = i % 50 === 0
    writeFileSync(
      path.join(directory, `file-${i}.js`),
      contents.subarray(0, SIZES[i % SIZES.length]),
      {
        mode: executable ? 0o755 : 0o644,
      },
    )
  }
}
