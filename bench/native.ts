// Builds the native column, `crates/bench`.

import * as path from 'node:path'
import { run } from '../scripts/lib/process'

const root = path.join(import.meta.dirname, '..')

/** Resolves to the path of the built program. */
export async function buildNative(): Promise<string> {
  const flags = ['--release', '--package', 'bench', '--message-format', 'json']
  const { stdout } = await run('cargo', ['build', ...flags], { cwd: root })
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('{')) continue
    const message = JSON.parse(line) as { executable?: string | null; target?: { name: string } }
    if (message.executable && message.target?.name === 'bench') return message.executable
  }
  throw new Error('cargo did not say where the native column is')
}
