// Reports what the guest is: its kernel, its Node, and whether the package uses io_uring there. Without io_uring every
// other result would be worthless.
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
