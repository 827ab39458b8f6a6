// Boots one guest under qemu with software emulation and collects its console. A guest without output for too long, or
// that runs for too long, is ended and reported. So the caller never waits forever.
import { spawn } from 'node:child_process'
import type { DebianArch } from '../scripts/lib/apt'
import type { Kernel } from './kernel'

export interface GuestRun {
  readonly console: string
  /** qemu's exit code; undefined if it was killed. */
  readonly code: number | undefined
  readonly fault: string | undefined
  readonly seconds: number
}

export interface Limits {
  readonly totalSeconds: number
  readonly silentSeconds: number
}

/** The code with which qemu ends when an x86 guest reports 0 through its debug port: ((0x10 + 0) << 1) | 1. */
export const EXIT_PASS = 33

// an emulated processor that its busy host does not run for half a minute is not a stall of the guest's kernel
const PATIENCE = 'rcupdate.rcu_cpu_stall_timeout=150 watchdog_thresh=60'
const ROOT_ARGUMENTS = 'quiet panic=-1 oops=panic root=/dev/nvme0n1 rw init=/init rootwait'
const QEMU: Readonly<
  Record<DebianArch, { program: string; args: readonly string[]; console: string }>
> = {
  amd64: {
    program: 'qemu-system-x86_64',
    // one thread: with several, some 6.12 guests died while the kernel patched itself during boot
    args: [
      '-M',
      'q35',
      '-accel',
      'tcg,thread=single',
      '-cpu',
      'max',
      '-device',
      'isa-debug-exit,iobase=0xf4,iosize=0x04',
    ],
    console: 'ttyS0',
  },
  arm64: {
    program: 'qemu-system-aarch64',
    args: ['-M', 'virt', '-accel', 'tcg,thread=multi', '-cpu', 'cortex-a72'],
    console: 'ttyAMA0',
  },
}

export function bootGuest(
  kernel: Kernel,
  image: string,
  limits: Limits,
  hear: (chunk: string) => void,
): Promise<GuestRun> {
  const machine = QEMU[kernel.series.arch]
  const args = [
    ['-n', '19', machine.program, ...machine.args, '-smp', '2', '-m', '2048'],
    ['-nographic', '-no-reboot', '-nodefaults', '-serial', 'stdio', '-monitor', 'none'],
    [
      '-kernel',
      kernel.image,
      '-append',
      `console=${machine.console} ${ROOT_ARGUMENTS} ${PATIENCE}`,
    ],
    ['-drive', `if=none,id=d0,file=${image},format=raw,snapshot=on`],
    ['-device', 'nvme,drive=d0,serial=k'],
  ].flat()
  return new Promise((resolve, reject) => {
    const begun = Date.now()
    const child = spawn('nice', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    let lastHeard = Date.now()
    let fault: string | undefined
    const stop = (reason: string): void => {
      fault ??= reason
      child.kill('SIGKILL')
    }
    const watch = setInterval(() => {
      if (Date.now() - lastHeard > limits.silentSeconds * 1000)
        stop(`said nothing for ${limits.silentSeconds} s`)
      if (Date.now() - begun > limits.totalSeconds * 1000)
        stop(`not done after ${limits.totalSeconds} s`)
    }, 500)
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      lastHeard = Date.now()
      text += chunk
      hear(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      clearInterval(watch)
      resolve({
        console: text,
        code: code ?? undefined,
        fault,
        seconds: (Date.now() - begun) / 1000,
      })
    })
  })
}
