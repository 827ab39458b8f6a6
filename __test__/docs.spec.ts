// The documents tell the truth: every code block of every page is run, or says why it is not; every link
// leads somewhere; every operation is in the reference. A program's output is compared with the comments
// that say what it prints.

import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { transformSync } from 'esbuild'
import { Batch, Ring } from 'uring'
import { ROOT } from './helpers/child'
import { blocksOf, headingsOf, linksOf, pages, type Block } from './helpers/markdown'
import { project } from './helpers/project'

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const BINARIES = join(ROOT, 'node_modules', '.bin')

/** Runs a program of the example project. */
function run(at: string, command: string, args: readonly string[]): Promise<Ran> {
  const path = [BINARIES, dirname(process.execPath), process.env['PATH']].join(delimiter)
  const options = { cwd: at, env: { ...process.env, NODE_OPTIONS: '', PATH: path } }
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, stdout, stderr })
    })
  })
}

/** What the comments of a program say that it prints. */
function printed(text: string): string[] {
  return [...text.matchAll(/\/\/ Prints: (.+)$/gm)].map((match) => match[1] ?? '')
}

async function runProgram(t: ExecutionContext, at: string, block: Block, name: string) {
  const { code, stdout, stderr } = await run(at, process.execPath, [name])
  t.is(code, 0, `${block.at}\n${stderr}`)
  t.deepEqual(stdout.trimEnd().split('\n').filter(Boolean), printed(block.text), block.at)
}

async function javascript(t: ExecutionContext, at: string, block: Block): Promise<void> {
  const fallback = /\brequire\(/.test(block.text) ? 'block.cjs' : 'block.mjs'
  const name = block.notes.get('file') ?? fallback
  writeFileSync(join(at, name), block.text)
  await runProgram(t, at, block, name)
}

/** Checked by the compiler as users have it, then run. */
async function typescript(t: ExecutionContext, at: string, block: Block): Promise<void> {
  const options = {
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    strict: true,
    noEmit: true,
  }
  writeFileSync(join(at, 'block.mts'), block.text)
  writeFileSync(
    join(at, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['block.mts'] }),
  )
  const { stdout } = await run(at, 'tsc', ['-p', '.'])
  t.is(stdout, '', block.at)
  const { code } = transformSync(block.text, { loader: 'ts', target: 'node20.17', format: 'esm' })
  writeFileSync(join(at, 'block.mjs'), code)
  await runProgram(t, at, block, 'block.mjs')
}

const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  name: string
  scripts: Record<string, string>
}

const CRATES = readFileSync(join(ROOT, 'Cargo.lock'), 'utf8')

/** Commands of this repository are looked up, not run: the tests would start themselves. */
function lookUp(t: ExecutionContext, command: string, at: string): void {
  const [program, verb = '', ...rest] = command.split(/\s+/)
  if (program === 'cargo') {
    for (const [index, word] of rest.entries())
      if (word === '-p') t.true(CRATES.includes(`name = "${rest[index + 1]}"`), at)
    return
  }
  if (verb === 'install' || verb === 'ci') {
    for (const name of rest) t.is(name, MANIFEST.name, at)
    return
  }
  const script = verb === 'run' ? rest[0] : verb
  t.true(script !== undefined && script in MANIFEST.scripts, `${at}: there is no script ${script}`)
}

async function shell(t: ExecutionContext, at: string, block: Block): Promise<void> {
  for (const line of block.text.split('\n')) {
    const command = line.replace(/\s+#.*$/, '').trim()
    if (/^(npm|cargo) /.test(command)) lookUp(t, command, block.at)
    else if (/^(npx|node) /.test(command)) {
      const { code, stderr } = await run(at, 'sh', ['-ec', command.replace(/^npx /, '')])
      t.is(code, 0, `${block.at}: ${command}\n${stderr}`)
    } else if (command !== '') t.fail(`${block.at}: who runs ${command}?`)
  }
}

/** Without comments and white space, which a quotation may have of its own. */
function bare(text: string): string {
  return text.replace(/\/\/.*$/gm, '').replace(/\s+/g, '')
}

/** Every statement of a quotation is in its source, in the same order. */
function quoted(t: ExecutionContext, block: Block, source: string): void {
  let rest = bare(readFileSync(join(ROOT, source), 'utf8'))
  for (const line of block.text.split('\n').map(bare).filter(Boolean)) {
    const place = rest.indexOf(line)
    t.true(place >= 0, `${block.at}: ${source} does not contain ${line}`)
    rest = rest.slice(place + line.length)
  }
}

async function tryBlock(t: ExecutionContext, at: string, block: Block): Promise<boolean> {
  const { notes, language } = block
  const reason = notes.get('not run')
  if (reason !== undefined) {
    t.log(`not run: ${block.at}: ${reason}`)
    return false
  }
  const [name, source] = notes.get('with')?.split(' = ') ?? []
  if (name !== undefined && source !== undefined) copyFileSync(join(ROOT, source), join(at, name))
  const origin = notes.get('quoted')
  if (origin !== undefined) quoted(t, block, origin)
  else if (language === 'js') await javascript(t, at, block)
  else if (language === 'ts') await typescript(t, at, block)
  else if (language === 'sh') await shell(t, at, block)
  else if (language === 'json') t.notThrows(() => JSON.parse(block.text), block.at)
  else t.fail(`${block.at}: a block of "${language}" needs a comment that says why it is not run`)
  return true
}

for (const page of pages()) {
  test(`${page}: every code block runs, and every link leads to a file (C)`, async (t) => {
    const blocks = await blocksOf(page)
    const at = project(t, { 'package.json': '{ "private": true }\n' })
    let ran = 0
    for (const block of blocks) if (await tryBlock(t, at, block)) ran++
    const links = await linksOf(page)
    t.deepEqual(
      links.filter((href) => !existsSync(join(ROOT, dirname(page), href))),
      [],
    )
    t.log(`${ran} of ${blocks.length} blocks were run`)
  })
}

/** The names of what a class offers, inherited or not. */
function namesOf(prototype: object): string[] {
  const parent = Object.getPrototypeOf(prototype) as object | null
  if (parent === null) return []
  const own = Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
  return [...new Set([...own, ...namesOf(parent)])]
}

/** What the published declaration of a class offers. */
function declared(name: 'Batch' | 'Ring'): string[] {
  const text = readFileSync(join(ROOT, 'dist', 'index.d.ts'), 'utf8')
  const start = text.indexOf(`export declare class ${name} {`)
  const body = text.slice(start, text.indexOf('\n}', start))
  const members = [...body.matchAll(/^ {2}(?:get )?([a-z]\w*)[(<:?]/gim)]
  return [...new Set(members.map((match) => match[1] ?? ''))].filter((one) => one !== 'constructor')
}

test('docs/api.md has every method of a ring, and none that is not there', async (t) => {
  const methods = declared('Ring')
  t.true(methods.length > 20)
  for (const name of methods) t.true(namesOf(Ring.prototype).includes(name), name)
  const text = readFileSync(join(ROOT, 'docs', 'api.md'), 'utf8')
  for (const name of methods) t.true(text.includes(`ring.${name}`), `ring.${name}`)
  const headings = (await headingsOf('docs/api.md')).join('\n')
  for (const [, name = ''] of headings.matchAll(/\bring\.(\w+)\(/g))
    t.true(methods.includes(name), name)
})

test('README.md and docs/api.md list every operation of a batch', (t) => {
  const operations = declared('Batch')
  t.true(operations.length > 10)
  for (const name of operations) t.true(namesOf(Batch.prototype).includes(name), name)
  for (const page of ['README.md', 'docs/api.md']) {
    const text = readFileSync(join(ROOT, page), 'utf8')
    for (const name of operations) t.true(text.includes(`\`${name}\``), `${page}: ${name}`)
  }
})
