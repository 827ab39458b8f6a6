// Makes an ext4 image of a folder. All guests of a run share it: qemu keeps each one's writes to itself.
import { rmSync } from 'node:fs'
import { run } from '../scripts/lib/process'

const ROOM_MIB = 192

export async function makeImage(folder: string): Promise<string> {
  const image = `${folder}.ext4`
  rmSync(image, { force: true })
  const { stdout } = await run('du', ['-sm', folder])
  const size = Number.parseInt(stdout, 10) + ROOM_MIB
  await run('/usr/sbin/mkfs.ext4', [
    '-q',
    '-F',
    '-O',
    '^has_journal',
    '-b',
    '4096', // small images get blocks of 1 KiB otherwise, and files no larger than 4 TiB
    '-E',
    'root_owner=0:0',
    '-d',
    folder,
    image,
    `${size}M`,
  ])
  return image
}

/** Removes an image and the folder it was made of. */
export function removeImage(image: string): void {
  rmSync(image, { force: true })
  rmSync(image.replace(/\.ext4$/, ''), { recursive: true, force: true })
}
