// All declarations of the package in one file: what the entry exports, classes flattened (./flatten), and what those
// name besides, which is not exported. The result is compiled on its own: a problem in it fails the build.
import { format, resolveConfig } from 'prettier'
import { ModuleKind, Node, Project, ScriptTarget, type SourceFile } from 'ts-morph'
import { inRoot } from '../lib/paths'
import { docsOf, flattened, isInternal } from './flatten'

/** "Cannot find name", without and with a guess at what was meant. */
const CANNOT_FIND_NAME = new Set([2304, 2552])

/** The text of `index.d.ts`, from the declarations that the compiler emitted for the entry. */
export async function rollUp(entry: string): Promise<string> {
  const project = new Project({
    compilerOptions: {
      target: ScriptTarget.ES2022,
      module: ModuleKind.Node16,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      types: ['node'],
      typeRoots: [inRoot('node_modules', '@types')],
      strict: true,
      exactOptionalPropertyTypes: true,
    },
  })
  const root = project.addSourceFileAtPath(entry)
  project.resolveSourceFileDependencies()
  const exported = [...root.getExportedDeclarations().values()].flat()
  const text = exported.map((one) => published(one, 'export ')).join('\n')
  const output = project.createSourceFile(inRoot('dist', 'rolled-up.d.ts'), `${text}\nexport {}\n`)
  for (let names = unknownNames(output); names.length > 0; names = unknownNames(output)) {
    for (const name of names) output.addStatements(published(declarationOf(project, output, name)))
  }
  const problems = output.getPreEmitDiagnostics()
  if (problems.length > 0) throw new Error(project.formatDiagnosticsWithColorAndContext(problems))
  const style = await resolveConfig(inRoot('index.ts'))
  return format(output.getFullText(), { ...style, parser: 'typescript' })
}

/** Names that the file uses and does not declare. */
function unknownNames(output: SourceFile): string[] {
  const texts = output
    .getPreEmitDiagnostics()
    .filter((one) => CANNOT_FIND_NAME.has(one.getCode()))
    .map((one) => String(one.getMessageText()))
  return [...new Set(texts.map((one) => one.split("'")[1] ?? one))]
}

/** The declaration of a name that is not exported; no two files may declare the same. */
function declarationOf(project: Project, output: SourceFile, name: string): Node {
  const sources = project.getSourceFiles().filter((one) => one !== output && !one.isInNodeModules())
  const found = sources
    .flatMap((file) => [
      file.getClass(name),
      file.getInterface(name),
      file.getTypeAlias(name),
      file.getVariableDeclaration(name),
    ])
    .filter((declaration) => declaration !== undefined)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  throw new Error(`the declarations name ${name}, which is declared ${found.length} times`)
}

/** A declaration as it is published. */
function published(declaration: Node, prefix = ''): string {
  if (Node.isClassDeclaration(declaration))
    return `${docsOf(declaration)}${prefix}declare ${flattened(declaration)}`
  if (Node.isVariableDeclaration(declaration)) {
    const docs = docsOf(declaration.getVariableStatementOrThrow())
    return `${docs}${prefix}declare const ${declaration.getText()}`
  }
  if (Node.isInterfaceDeclaration(declaration)) {
    for (const member of declaration.getMembers().filter(isInternal)) member.remove()
  }
  const text = declaration.getText().replace(/^(export )?(declare )?/, '')
  const declare = Node.isFunctionDeclaration(declaration) ? 'declare ' : ''
  return `${docsOf(declaration)}${prefix}${declare}${text}`
}
