// The code blocks and the links of the documents, with what an HTML comment before a block says of it:
//
//   <!-- not run: reason -->        the block cannot be tried here
//   <!-- file: name -->             the block is this file of the example project
//   <!-- with: name = source -->    the project has a copy of this file of the repository
//   <!-- quoted: source -->         the block is taken from this file of the repository

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Token, Tokens } from 'marked' with { 'resolution-mode': 'import' }
import { ROOT } from './child'

export interface Block {
  /** Page and line, for messages. */
  readonly at: string
  readonly language: string
  readonly text: string
  readonly notes: ReadonlyMap<string, string>
}

const PAGES = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']

/** Every document of the repository. */
export function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  return [...PAGES, ...docs.map((name) => `docs/${name}`)]
}

async function tokensOf(page: string): Promise<Token[]> {
  const { marked } = await import('marked')
  return marked.lexer(readFileSync(join(ROOT, page), 'utf8'))
}

/** The blocks of a page, in order. */
export async function blocksOf(page: string): Promise<Block[]> {
  const blocks: Block[] = []
  let notes = new Map<string, string>()
  let line = 1
  for (const token of await tokensOf(page)) {
    if (token.type === 'code') {
      const { lang = '', text } = token as Tokens.Code
      blocks.push({ at: `${page}:${line}`, language: lang, text, notes })
    }
    if (token.type === 'html') {
      const [, key = '', value = ''] = /<!--\s*([\w ]+?):\s*(.+?)\s*-->/s.exec(token.raw) ?? []
      notes.set(key, value)
    } else if (token.type !== 'space') notes = new Map()
    line += token.raw.split('\n').length - 1
  }
  return blocks
}

/** The targets of a page's links to files of the repository, without anchors. */
export async function linksOf(page: string): Promise<string[]> {
  const { marked } = await import('marked')
  const links: string[] = []
  marked.walkTokens(await tokensOf(page), (token) => {
    if (token.type === 'link' || token.type === 'image') links.push((token as Tokens.Link).href)
  })
  return links.filter((href) => !/^(https?:|#)/.test(href)).map((href) => href.replace(/#.*$/, ''))
}

/** The headings of a page. */
export async function headingsOf(page: string): Promise<string[]> {
  const tokens = await tokensOf(page)
  return tokens
    .filter((token) => token.type === 'heading')
    .map((token) => (token as Tokens.Heading).text)
}
