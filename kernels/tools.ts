// The few ordinary programs that specs call in a guest (mkfifo, sh), as one static busybox of the guest's processor.
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { AptRoot, type DebianArch } from '../scripts/lib/apt'
import { cacheFolder } from '../scripts/lib/paths'

const SUITE = 'bookworm'
const APPLETS = [
  'sh',
  'cat',
  'ls',
  'mkfifo',
  'mknod',
  'sleep',
  'true',
  'false',
  'echo',
  'kill',
  'ps',
  'stat',
  'chmod',
] as const

export async function installTools(root: string, arch: DebianArch): Promise<void> {
  const busybox = join(cacheFolder('busybox'), arch)
  if (!existsSync(busybox)) {
    const folder = cacheFolder('unpacked', `busybox-${arch}`)
    await (await AptRoot.open(SUITE, arch)).unpack('busybox-static', folder)
    const file = ['bin/busybox', 'usr/bin/busybox']
      .map((name) => join(folder, name))
      .find((one) => existsSync(one))
    if (file === undefined) throw new Error('busybox-static came without its program')
    copyFileSync(file, busybox)
    rmSync(folder, { recursive: true, force: true })
  }
  mkdirSync(join(root, 'bin'), { recursive: true })
  copyFileSync(busybox, join(root, 'bin', 'busybox'))
  for (const name of APPLETS) symlinkSync('busybox', join(root, 'bin', name))
}
