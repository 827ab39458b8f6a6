// Reports the guest's kernel, its Node, and whether io_uring is available. Without io_uring, all other results would be
// worthless.
import { release } from 'node:os'
import { uring } from './package'
import { report } from './report'

export function reportFacts(): void {
  report({ event: 'fact', name: 'kernel', value: release() })
  report({ event: 'fact', name: 'node', value: process.version })
  report({ event: 'fact', name: 'libuv', value: process.versions.uv })
  const state = uring.availability()
  report({
    event: 'fact',
    name: 'driver',
    value: state.available ? 'io_uring' : `none (${state.reason}: ${state.message})`,
  })
}
