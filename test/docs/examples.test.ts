// What README.md and docs/ show in TypeScript and in JavaScript compiles against the sources, and every link in them leads
// somewhere. A block of code is a module of its own; names that it takes for granted are declared below or left alone, and so
// are alternatives that declare one name several times.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`),
]
  .filter((page) => page.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

/** Unknown names, several declarations of one, modules that only the reader has, and globals that JavaScript makes. */
const LEFT_ALONE = /error TS(2300|2304|2307|2347|2451|2552|2868|18004):|on type 'typeof globalThis'/

/** What the pages take for granted. */
const GLOBALS = `
import type { createRedis as Create } from '${root}src/adapters/memory.ts'
import type { createRestHandler as Handler } from '${root}src/adapters/serve/rest-handler.ts'
import type { indexedDb as IndexedDb } from '${root}src/adapters/storage/indexeddb.ts'
import type { TestRedis } from '${root}src/adapters/testing.ts'
import type { pickTask as PickTask } from '${root}examples/workers/scripts.ts'
declare global {
  const redis: TestRedis
  const createRedis: typeof Create
  const createRestHandler: typeof Handler
  const indexedDb: typeof IndexedDb
  const pickTask: typeof PickTask
  const [url, token, queue, info, busy]: string[]
  const nodes: { host: string; port: number }[]
  interface WindowEventMap { fetch: Event & { request: Request; respondWith(response: Promise<Response>): void } }
}
`

/** What a settings file of Vite has to be. */
const VITE = "/** @type {import('vite').UserConfig} */"

/** What a Worker's types would say. */
const CLOUDFLARE = `
declare module 'cloudflare:workers' {
  export class DurableObject<Env> {
    protected env: Env
    constructor(ctx: unknown, env: Env)
    fetch?(request: Request): Promise<Response>
  }
}
`

test('the code compiles', { timeout: 120_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'isodis-docs-'))
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'), 'junction')
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, { types?: string }> }
  const entries = Object.entries(exports).flatMap(([path, { types }]) =>
    types === undefined ? [] : [[`isodis${path.slice(1)}`, [join(root, types.replace('dist/types', 'src').replace('.d.ts', '.ts'))]]],
  )
  const compilerOptions = { paths: Object.fromEntries(entries), noImplicitAny: false, noUnusedLocals: false, allowJs: true, checkJs: true }
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}')
  writeFileSync(join(dir, 'globals.d.ts'), GLOBALS)
  writeFileSync(join(dir, 'cloudflare.d.ts'), CLOUDFLARE)
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts', '*.js', '*.cjs'] }),
  )
  const blocks = { ts: 0, js: 0 }
  for (const { path, text } of pages) {
    for (const { index, 1: language, 2: code } of text.matchAll(/```(ts|js)\n([^]*?)```/g)) {
      // An error is in the line that the page has it in.
      const before = text.slice(0, index).split('\n').length
      const commonJs = language === 'js' && /\brequire\(|\bmodule\.exports\b/.test(code)
      const module = commonJs ? code : `${code}\nexport {}`
      const typed = code.startsWith('// vite.') ? module.replace('export default', `${VITE} export default`) : module
      const file = `${path.replace(/\W/g, '_')}_${before}.${commonJs ? 'cjs' : language}`
      writeFileSync(join(dir, file), `${'\n'.repeat(before)}${typed}\n`)
      blocks[language as 'ts' | 'js']++
    }
  }
  expect(blocks.ts).toBeGreaterThan(30)
  expect(blocks.js).toBeGreaterThan(5)
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout } = await promisify(execFile)(tsc, ['-p', dir, '--noEmit'], { cwd: dir }).catch((error: { stdout: string }) => error)
  const errors = stdout.split('\n').filter((line) => /^\w+_md_\d+\.(ts|c?js)\(/.test(line))
  expect(errors.filter((line) => !LEFT_ALONE.test(line))).toEqual([])
  // The compiler has looked: some names are always unknown.
  expect(errors).not.toEqual([])
})

/** A heading's anchor, as GitHub makes it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

test('the links lead somewhere', () => {
  const broken: string[] = []
  for (const { path, text } of pages) {
    for (const [, target] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [file, section] = target.split('#')
      const to = file === '' ? path : join(dirname(path), file)
      const content = existsSync(join(root, to)) ? (pages.find((page) => page.path === to)?.text ?? '') : null
      const anchors = [...(content ?? '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading))
      if (content === null || (section !== undefined && !anchors.includes(section))) broken.push(`${path}: ${target}`)
    }
  }
  expect(broken).toEqual([])
})

test('every public path has types for older ways of resolving them too', () => {
  const { exports, typesVersions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { types?: string }>
    typesVersions: { '*': Record<string, string[]> }
  }
  const paths = Object.entries(exports).filter(([, { types }]) => types !== undefined)
  const typed = Object.fromEntries(paths.filter(([path]) => path !== '.').map(([path, { types }]) => [path.slice(2), [types]]))
  expect(typesVersions['*'], 'package.json: typesVersions').toEqual(typed)
})
