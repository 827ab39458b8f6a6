// Whether this process can use io_uring: answered by using it, never by a version number, and never
// by throwing. Proved by __test__/denied.spec.ts, which takes it away in each of the ways.

import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { load, type LoadErrorCode } from './binding'
import { describeErrno as describe } from './errno'
import { opcodes } from './support'

/** What is in the way. */
export type UnavailableReason =
  /** Not Linux. */
  | 'platform'
  /** A CPU that no binary is built for. */
  | 'architecture'
  /** Bun or Deno, which lack the event loop calls the addon needs. */
  | 'runtime'
  /** The native addon is missing or does not load. */
  | 'binding'
  /** The kernel has no io_uring, or is older than Linux 5.10. */
  | 'kernel'
  /** `kernel.io_uring_disabled` is 1 or 2. */
  | 'sysctl'
  /** A seccomp profile (a container's, usually) refuses the call. */
  | 'seccomp'
  /** A resource limit is reached: locked memory, descriptors. */
  | 'limit'
  /** Something else. */
  | 'unknown'

/** The answer of `availability()`. */
export type Availability =
  | {
      readonly available: true
      /** The kernel's release. */
      readonly kernel: string
      /** The operations that this kernel has, `IORING_OP_*`. */
      readonly opcodes: readonly number[]
    }
  | {
      readonly available: false
      readonly kernel: string
      readonly reason: UnavailableReason
      /** The errno's name where the kernel refused, Node's code where the addon did not load. */
      readonly code?: string
      /** What is in the way, as a sentence. */
      readonly message: string
      /** What to do about it. */
      readonly remedy: string
    }

type Refusal = Omit<Extract<Availability, { available: false }>, 'available' | 'kernel'>

const ARCHITECTURES = ['x64', 'arm64']
const SECCOMP_REMEDY =
  'Allow io_uring_setup, io_uring_enter and io_uring_register in the seccomp profile. ' +
  "node_modules/uring/seccomp/default.json is Docker's and Podman's default profile with these three: " +
  'docker run --security-opt seccomp=<that file>; in Kubernetes a Localhost profile.'

const DESCRIPTORS_REMEDY = 'Close some, or raise the limit (ulimit -n, LimitNOFILE=).'
const BINDING_REMEDIES: Readonly<Record<LoadErrorCode, string>> = {
  ERR_DLOPEN_DISABLED:
    'Start Node.js without --no-addons; under the permission model (--permission), with --allow-addons.',
  ERR_ACCESS_DENIED:
    "Let the package's folder be read: node --permission --allow-fs-read=<folder>.",
  ERR_DLOPEN_FAILED:
    'Reinstall on the machine (CPU, C library) that runs it, or build it there: npm run build.',
  MODULE_NOT_FOUND:
    'Reinstall without --omit=optional, on the machine (CPU, C library) that runs it; or build it: npm run build. ' +
    'A bundle needs the addon beside it: docs/bundling.md. ' +
    "Under Node's permission model, let it be read: --allow-fs-read.",
  EMFILE: DESCRIPTORS_REMEDY,
  ENFILE: DESCRIPTORS_REMEDY,
}

/** Opens a ring and completes one operation with it. Never throws. */
export function availability(): Availability {
  const kernel = release()
  const refusal = obstacle()
  return refusal === undefined
    ? { available: true, kernel, opcodes: [...opcodes()] }
    : { available: false, kernel, ...refusal }
}

/** What keeps a ring from being opened. `errno` is what io_uring_setup(2) answered, if it was called already. */
export function obstacle(errno?: number): Refusal | undefined {
  const known = unsupportedPlace()
  if (known !== undefined) return known
  const native = load()
  if (native instanceof Error) {
    return {
      reason: isLimit(native.code) ? 'limit' : 'binding',
      code: native.code,
      message: `The native addon does not load: ${native.message}`,
      remedy: BINDING_REMEDIES[native.code],
    }
  }
  const said = errno ?? native.probe()
  return said === 0 ? undefined : explain(said)
}

function isLimit(code: LoadErrorCode): boolean {
  return code === 'EMFILE' || code === 'ENFILE'
}

/** What of this machine or runtime is not supported, whatever the kernel says. */
export function unsupportedPlace(): Refusal | undefined {
  if (process.platform !== 'linux') {
    return {
      reason: 'platform',
      message: `io_uring is part of Linux; this is ${process.platform}`,
      remedy: 'Run on Linux, in a virtual machine or a container for one.',
    }
  }
  if (!ARCHITECTURES.includes(process.arch)) {
    return {
      reason: 'architecture',
      message: `There is no binary for ${process.arch}`,
      remedy: `Run on one of: ${ARCHITECTURES.join(', ')}.`,
    }
  }
  const runtime =
    'bun' in process.versions ? 'Bun' : 'deno' in process.versions ? 'Deno' : undefined
  if (runtime === undefined) return undefined
  return {
    reason: 'runtime',
    message: `${runtime} lacks the libuv calls (uv_poll_*, uv_check_*) that join the ring to the event loop`,
    remedy: 'Run on Node.js 20.17 or newer.',
  }
}

function explain(errno: number): Refusal {
  const [code, text] = describe(errno)
  switch (code) {
    case 'EPERM':
    case 'EACCES':
      return { code, ...permission() }
    case 'ENOSYS':
      return seccompActive()
        ? {
            code,
            reason: 'seccomp',
            message: 'A seccomp profile hides io_uring (ENOSYS)',
            remedy: SECCOMP_REMEDY,
          }
        : {
            code,
            reason: 'kernel',
            message: 'This kernel has no io_uring',
            remedy: 'Run Linux 5.10 or newer with CONFIG_IO_URING=y.',
          }
    case 'ENOTSUP': // as Node calls EOPNOTSUPP; the engine's, of a ring that it would not rely on
      return {
        code,
        reason: 'kernel',
        message:
          'The io_uring of this kernel lacks IORING_FEAT_NODROP or IORING_FEAT_SUBMIT_STABLE',
        remedy: 'Run Linux 5.10 or newer.',
      }
    case 'EINVAL':
      return {
        code,
        reason: 'kernel',
        message: 'This kernel has too old an io_uring',
        remedy: 'Run Linux 5.10 or newer.',
      }
    case 'ENOMEM':
      return {
        code,
        reason: 'limit',
        message:
          'There is no memory for a ring: before Linux 5.12, and again on recent kernels, rings count against the locked-memory limit',
        remedy: 'Raise the limit (ulimit -l, LimitMEMLOCK=) or ask for fewer entries.',
      }
    case 'EMFILE':
    case 'ENFILE':
      return {
        code,
        reason: 'limit',
        message: 'There are no descriptors left',
        remedy: DESCRIPTORS_REMEDY,
      }
    default:
      return {
        code,
        reason: 'unknown',
        message: `io_uring_setup answered ${code}: ${text}`,
        remedy: 'Report it with the output of uname -a.',
      }
  }
}

function permission(): Omit<Refusal, 'code'> {
  const disabled = firstLine('/proc/sys/kernel/io_uring_disabled')
  if (disabled === '1' || disabled === '2') {
    const who =
      disabled === '2'
        ? 'everybody'
        : 'processes without CAP_SYS_ADMIN outside of kernel.io_uring_group'
    return {
      reason: 'sysctl',
      message: `kernel.io_uring_disabled is ${disabled}: io_uring is switched off for ${who}`,
      remedy:
        disabled === '1'
          ? 'sysctl kernel.io_uring_disabled=0, or add the process to the group that kernel.io_uring_group names.'
          : 'sysctl kernel.io_uring_disabled=0.',
    }
  }
  return {
    reason: 'seccomp',
    message: 'A seccomp profile (of a container, usually) or a security module refuses io_uring',
    remedy: SECCOMP_REMEDY,
  }
}

function seccompActive(): boolean {
  return /^Seccomp:\s*[12]/m.test(read('/proc/self/status'))
}

function firstLine(path: string): string {
  return read(path).split('\n')[0] ?? ''
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
