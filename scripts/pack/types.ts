// Runs are-the-types-wrong without its check of Node 10's module resolution, which does not support package imports. No
// Node.js version that this package supports uses it, and no current bundler does.
import { inRoot } from '../lib/paths'
import { run } from '../lib/process'

interface Problem {
  readonly kind: string
  readonly resolutionOption?: string
  readonly resolutionKind?: string
  readonly moduleSpecifier?: string
}

export async function checkTypes(tarball: string): Promise<void> {
  const attw = inRoot('node_modules', '.bin', 'attw')
  const { stdout } = await run(attw, [tarball, '--format', 'json'], { allowFailure: true })
  const said = JSON.parse(stdout) as { analysis: { types: unknown; problems?: Problem[] } }
  if (said.analysis.types === false) throw new Error('attw found no types')
  const problems = (said.analysis.problems ?? []).filter(
    (one) => one.resolutionOption !== 'node10' && one.resolutionKind !== 'node10',
  )
  if (problems.length > 0) throw new Error(JSON.stringify(problems, undefined, 2))
}
