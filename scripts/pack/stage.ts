// Lays a package out the way it is published, in a folder of its own, and packs it. The root package there names every
// platform package as an optional dependency of exactly its own version; scripts and development tools stay behind.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { cacheFolder, inRoot } from '../lib/paths'
import { run } from '../lib/process'
import { addonFile, allTargets, manifest, type Target } from '../targets/targets'

export interface Packed {
  readonly name: string
  readonly file: string
  readonly packedBytes: number
  readonly unpackedBytes: number
  readonly files: readonly string[]
}

interface PackageJson {
  readonly name: string
  readonly files: readonly string[]
  readonly [field: string]: unknown
}

export function readPackage(file: string): PackageJson {
  return JSON.parse(readFileSync(file, 'utf8')) as PackageJson
}

/** Returns the name of a target's npm package. */
export function packageName(target: Target): string {
  return readPackage(inRoot('npm', target.platform, 'package.json')).name
}

/** Returns the root's package.json as it is published. */
export function publishedManifest(): PackageJson {
  const { devDependencies: _, scripts: __, ava: ___, ...rest } = readPackage(inRoot('package.json'))
  const { version } = manifest()
  const optional = Object.fromEntries(allTargets().map((target) => [packageName(target), version]))
  return { ...rest, optionalDependencies: optional }
}

export async function packRoot(into: string): Promise<Packed> {
  if (!existsSync(inRoot('dist', 'index.js'))) throw new Error('dist/ is not built: npm run build')
  return packStaged(publishedManifest(), inRoot(), into)
}

export async function packTarget(target: Target, into: string): Promise<Packed> {
  const folder = dirname(addonFile(target))
  return packStaged(
    { ...readPackage(join(folder, 'package.json')), version: manifest().version },
    folder,
    into,
  )
}

async function packStaged(json: PackageJson, from: string, into: string): Promise<Packed> {
  const stage = mkdtempSync(join(cacheFolder('stage'), 'package-'))
  try {
    const readme = existsSync(join(from, 'README.md')) ? ['README.md'] : []
    for (const name of [...json.files, ...readme]) {
      if (!existsSync(join(from, name)))
        throw new Error(`${json.name} is to contain ${name}, which is not in ${from}`)
      mkdirSync(dirname(join(stage, name)), { recursive: true })
      cpSync(join(from, name), join(stage, name), { recursive: true })
    }
    copyFileSync(inRoot('LICENSE'), join(stage, 'LICENSE'))
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(json, null, 2)}\n`)
    const { stdout } = await run('npm', [
      'pack',
      '--json',
      '--ignore-scripts',
      '--pack-destination',
      into,
      stage,
    ])
    const [said] = JSON.parse(stdout) as NpmPack[]
    if (said === undefined) throw new Error(`npm pack said nothing about ${json.name}`)
    return {
      name: json.name,
      file: join(into, basename(said.filename)),
      packedBytes: said.size,
      unpackedBytes: said.unpackedSize,
      files: said.files.map((one) => one.path),
    }
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

interface NpmPack {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}
