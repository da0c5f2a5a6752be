// The package's declarations as a strict project reads them: without skipLibCheck, with the libraries of a page (ES2022 and the
// DOM) or of Node's types alone, and with options that may be undefined; by the newest compiler and by an old one.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(root, 'node_modules/typescript/bin/tsc')
/** TypeScript 5.6: attw brings it. What it reads 5.4 reads too. */
const oldTsc = join(root, 'node_modules/@arethetypeswrong/core/node_modules/typescript/bin/tsc')
const run = promisify(execFile)
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }

const EVERYWHERE = `import { createRedis, type Key, type Redis } from 'isodis'
import { durableObject } from 'isodis/durable-object'
import { lua } from 'isodis/lua'
import { createRestHandler } from 'isodis/rest'
import { defineScript } from 'isodis/scripts'
import { scripts } from 'isodis/scripts/engine'
import { createTestRedis } from 'isodis/testing'
import { connectUpstash, type SetOptions } from 'isodis/upstash'

declare const perhaps: number | undefined
declare const readOnlyToken: string | undefined
declare const env: { URL?: string; TOKEN?: string }
await using redis = await createRedis({ lua, scripts: undefined, save: undefined })
const kept: SetOptions = { ex: perhaps, px: undefined, nx: perhaps === 1, xx: false }
await redis.set('key', 'value', kept)
const scored: [string, number][] = await redis.zrange('key', 0, -1, { withScores: true, limit: undefined })
const plain: string[] = await redis.zrange('key', 0, -1, { withScores: undefined })
const either: string[] | [string, number][] = await redis.zrange('key', 0, -1, { withScores: perhaps === 1 })
for await (const key of redis.scanIterator({ count: perhaps })) plain.push(key satisfies Key)
const results: [number, string[] | null] = await redis.multi().incr('n').lpop('list', 2).exec()
await using news = await redis.subscribe('news', { limit: perhaps })
for await (const { message } of news) plain.push(message)
const other: Redis = connectUpstash({ url: env.URL, token: env.TOKEN, retries: perhaps })
export const all = [scored, either, results, other, createRestHandler(redis, { token: env.TOKEN, readOnlyToken }), durableObject, defineScript]
export const tests = [scripts, await createTestRedis({ now: perhaps })]
`
const PAGE = `import { createRedis } from 'isodis'
import { indexedDb } from 'isodis/indexeddb'
import { opfs } from 'isodis/opfs'
declare const patience: number | undefined
export const redis = await createRedis({ storage: indexedDb('app', { patience }), shared: true })
export const other = opfs('app', { patience })
`
const NODE = `import { fileStorage } from 'isodis/file'
import { serveResp } from 'isodis/server'
import { createRedis } from 'isodis'
declare const dir: string | undefined
const redis = await createRedis({ storage: fileStorage({ dir }) })
await using server = await serveResp(redis, { port: 0, host: dir })
export const { port } = server
`
/** Clients of other libraries, whose own declarations do not all pass. */
const CLIENTS = `import { Cluster, Redis } from 'ioredis'
import { fromIoredis } from 'isodis/ioredis'
import { fromNodeRedis } from 'isodis/node-redis'
import * as redis5 from 'redis'
import * as redis6 from 'redis6'
export const clients = [
  fromIoredis(new Redis()),
  fromIoredis(new Cluster([])),
  fromNodeRedis(await redis5.createClient({ RESP: 3 }).connect()),
  fromNodeRedis(await redis5.createClient().connect()),
  fromNodeRedis(redis5.createClientPool()),
  fromNodeRedis(redis5.createSentinel({ name: 'main', sentinelRootNodes: [] })),
  fromNodeRedis(redis5.createCluster({ rootNodes: [] })),
  fromNodeRedis(await redis6.createClient().connect()),
  fromNodeRedis(redis6.createClientPool()),
  fromNodeRedis(redis6.createSentinel({ name: 'main', sentinelRootNodes: [] })),
  fromNodeRedis(redis6.createCluster({ rootNodes: [] })),
]
`

/** All entries, in a project from before `exports`. */
const COMMON_JS = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path, i) => `export * as entry${i} from 'isodis${path.slice(1)}'\n`)
  .join('')

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'isodis-types-'))
  const installed = join(dir, 'node_modules/isodis')
  await mkdir(installed, { recursive: true })
  await cp(join(root, 'package.json'), join(installed, 'package.json'))
  await run(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', join(installed, 'dist/types')])
  for (const name of ['idb-keyval', '@types', 'undici-types', 'ioredis', 'redis', 'redis6'])
    await symlink(join(root, 'node_modules', name), join(dir, 'node_modules', name))
  const programs = {
    'everywhere.ts': EVERYWHERE,
    'page.ts': PAGE,
    'node.ts': NODE,
    'clients.ts': CLIENTS,
    'common-js.ts': COMMON_JS,
    'package.json': '{ "type": "module" }',
  }
  for (const [name, text] of Object.entries(programs)) await writeFile(join(dir, name), text)
}, 180_000)
afterAll(() => rm(dir, { recursive: true, force: true }))

const MODULES: Partial<Record<string, string>> = { bundler: 'esnext', node10: 'commonjs' }

test.for([
  ['a page', tsc, 'bundler', ['es2022', 'dom', 'dom.iterable'], [], ['everywhere.ts', 'page.ts']],
  ['Node', tsc, 'nodenext', ['es2022'], ['node'], ['everywhere.ts', 'node.ts']],
  ["other libraries' clients", tsc, 'nodenext', ['es2022'], ['node'], ['clients.ts']],
  ['Node with TypeScript 5.6', oldTsc, 'node16', ['es2022'], ['node'], ['everywhere.ts', 'node.ts']],
  ['CommonJS with TypeScript 5.6', oldTsc, 'node10', ['es2022', 'dom'], ['node'], ['common-js.ts']],
] as const)('the declarations are right for %s', { timeout: 120_000 }, async ([, compiler, resolution, lib, types, files]) => {
  const compilerOptions = {
    target: 'es2022',
    module: MODULES[resolution] ?? resolution,
    moduleResolution: resolution,
    lib,
    types,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: files.some((file) => file === 'clients.ts'),
    noEmit: true,
  }
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const { stdout } = await run(process.execPath, [compiler, '-p', dir]).catch((error: { stdout: string }) => error)
  expect(stdout).toBe('')
})
