// What an editor shows: the language service is asked for the text of a hover, over a program that uses
// the built package, as an ES and as a CommonJS module.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ModuleKind, Project, Scope, ScriptTarget, ts } from 'ts-morph'
import { ROOT } from './helpers/child'
import { project } from './helpers/project'

const PROGRAM = `import { Ring, SystemError, availability, constants } from 'uring'
const ring = new Ring()
const one = ring.read(0, Buffer.alloc(1), 0)
void ring.batch((b) => { b.read(0, Buffer.alloc(1), 0) })
void ring.chain((c) => [c.read(0, Buffer.alloc(1), 0), c.statx(0, '')])
void constants.RWF_DSYNC
void constants.IORING_OP_READ
void constants.O_DIRECT
void ring.dispose()
void availability()
`

interface Hover {
  readonly text: string
  readonly doc: string
}

/** Asks for hovers: what stands where in the program is looked up by its text. */
function hovering(t: ExecutionContext, name: string): (at: string) => Hover {
  const path = join(project(t, { [name]: PROGRAM }), name)
  const morph = new Project({
    compilerOptions: {
      target: ScriptTarget.ES2022,
      module: ModuleKind.Node16,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      strict: true,
      // the package is a link in the project, as its own folder is where it is built
      preserveSymlinks: true,
    },
  })
  const file = morph.addSourceFileAtPath(path)
  t.deepEqual(
    file.getPreEmitDiagnostics().map((one) => one.getMessageText()),
    [],
  )
  const service = morph.getLanguageService().compilerObject
  return (at) => {
    const start = PROGRAM.indexOf(at)
    t.true(start >= 0, at)
    const place = start + Math.max(0, at.lastIndexOf('.') + 1)
    const info = service.getQuickInfoAtPosition(path, place)
    return {
      text: ts.displayPartsToString(info?.displayParts),
      doc: ts.displayPartsToString(info?.documentation),
    }
  }
}

for (const [kind, name] of [
  ['an ES module', 'program.mts'],
  ['a CommonJS module', 'program.cts'],
] as const) {
  test(`${kind}: hovers name Ring, Batch and Chain; constants show their values, all with their documentation (D)`, (t) => {
    const hover = hovering(t, name)
    t.regex(hover('ring.read').text, /^\(method\) Ring\.read\(.*\): Promise<number>$/s)
    t.regex(hover('b.read').text, /^\(method\) Batch\.read\(.*\): undefined$/s)
    t.regex(hover('c.read').text, /^\(method\) Chain\.read\(.*\): Link<number>$/s)
    t.regex(
      hover('c.statx').text,
      /^\(method\) Chain\.statx\(.*\): Link<Statx>( \(\+\d overloads\))?$/s,
    )
    t.regex(hover('ring.dispose').text, /^\(method\) Ring\.dispose\(\): Promise<void>$/)
    for (const at of ['ring.read', 'b.read', 'c.read']) {
      t.regex(hover(at).doc, /IORING_OP_READ/, at)
      t.notRegex(hover(at).text, /Operations|Outcome|Kind/, at)
    }
    t.regex(hover('constants.RWF_DSYNC').text, /RWF_DSYNC: 2$/)
    t.regex(hover('constants.RWF_DSYNC').doc, /fdatasync.*Since Linux 4\.7/)
    t.regex(hover('constants.IORING_OP_READ').text, /IORING_OP_READ: 22$/)
    t.regex(hover('constants.IORING_OP_READ').doc, /Since Linux 5\.6/)
    t.regex(hover('constants.O_DIRECT').doc, /page cache/)
    t.regex(hover('availability').doc, /Never throws/)
  })
}

test('no constant is without documentation', (t) => {
  const morph = new Project()
  const file = morph.addSourceFileAtPath(join(ROOT, 'dist', 'index.d.ts'))
  const properties = file.getVariableDeclarationOrThrow('constants').getType().getProperties()
  t.true(properties.length > 500)
  for (const property of properties) {
    const docs = property.compilerSymbol.getDocumentationComment(undefined)
    t.true(ts.displayPartsToString(docs).length >= 4, property.getName())
  }
})

test('the declarations contain nothing internal', (t) => {
  const text = readFileSync(join(ROOT, 'dist', 'index.d.ts'), 'utf8')
  t.notRegex(text, /@internal|import\(|unique symbol|: any(\[\])?[;,)\n]/)
  t.notRegex(text, /\b(Core|Kind|Outcome|Outcomes|AllOperations|Group)\b/)
  const morph = new Project()
  const file = morph.addSourceFileAtPath(join(ROOT, 'dist', 'index.d.ts'))
  for (const declared of file.getClasses()) {
    if (declared.getName() === 'Ring') continue
    const [constructor] = declared.getConstructors()
    t.is(constructor?.getScope(), Scope.Private, `new ${declared.getName()}() is not for users`)
  }
})
