// The storage for React Native that docs/tools.md shows, as it stands there, on SQLite itself behind expo-sqlite's methods.
import { mkdtempSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInThisContext } from 'node:vm'
import { transform } from 'esbuild'
import { expect } from 'vitest'
import * as records from '../../src/core/persistence/records.ts'
import { storageConformance } from '../storage/conformance.ts'

type Value = string | number | Uint8Array
interface Database {
  exec(sql: string): void
  run(sql: string, values?: readonly Value[]): { changes: number }
  get(sql: string, values?: readonly Value[]): Record<string, Value> | null
  all(sql: string, values?: readonly Value[]): Record<string, Value>[]
  close(): void
}
type Sqlite = new (path: string) => Database

const require = createRequire(import.meta.url)
const page = new URL('../../docs/tools.md', import.meta.url)

/** What the page's module exports. */
async function shown(openDatabaseAsync: (file: string) => Promise<unknown>): Promise<{ sqlite(file: string): records.Storage }> {
  const text = /```ts\n\/\/ storage\.ts\n([^]*?)```/.exec(await readFile(page, 'utf8'))![1]
  const { code } = await transform(text, { loader: 'ts', format: 'cjs' })
  const module = { exports: {} }
  const modules: Record<string, unknown> = { 'expo-sqlite': { openDatabaseAsync }, 'isodis/records': records }
  const run = runInThisContext(`(require, module) => {${code}}`) as (require: (name: string) => unknown, module: object) => void
  run((name) => modules[name], module)
  return module.exports as { sqlite(file: string): records.Storage }
}

storageConformance('the storage on expo-sqlite', async () => {
  const { Database } = require('node-sqlite3-wasm') as { Database: Sqlite }
  const dir = mkdtempSync(join(tmpdir(), 'isodis-sqlite-'))
  const { sqlite } = await shown(async (file) => {
    const db = new Database(file)
    return {
      execAsync: async (sql: string) => db.exec(sql),
      runAsync: async (sql: string, values: Value[]) => db.run(sql, values),
      getFirstAsync: async (sql: string, values: Value[]) => db.get(sql, values),
      getAllAsync: async (sql: string) => db.all(sql),
      closeAsync: async () => db.close(),
    }
  })
  return {
    open: () => sqlite(join(dir, 'redis.db')),
    exclusive: false,
    async damage(how) {
      const db = new Database(join(dir, 'redis.db'))
      const runs = db.all("SELECT name, bytes FROM records WHERE name LIKE 'run/%' ORDER BY name")
      expect(runs.length).toBeGreaterThan(0)
      const { name, bytes } = runs[runs.length >> 1] as { name: string; bytes: Uint8Array }
      bytes[100] ^= 4
      if (how === 'drop') db.run('DELETE FROM records WHERE name = ?', [name])
      else db.run('UPDATE records SET bytes = ? WHERE name = ?', [bytes, name])
      db.close()
    },
  }
})
