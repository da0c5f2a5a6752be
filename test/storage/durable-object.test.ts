// A Durable Object's storage: the conformance suite on a model that keeps to its limits, and the real one in workerd, which
// is killed between two requests.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { type DurableObjectStorage, durableObject } from '../../src/adapters/storage/durable-object.ts'
import { storageConformance } from './conformance.ts'

/** What the documentation says: https://developers.cloudflare.com/durable-objects/platform/limits/ */
class Model implements DurableObjectStorage {
  readonly map = new Map<string, Uint8Array>()

  async get(key: string): Promise<unknown> {
    this.#check([key])
    return structuredClone(this.map.get(key))
  }

  async put(entries: Record<string, Uint8Array>): Promise<void> {
    this.#check(Object.keys(entries))
    for (const bytes of Object.values(entries))
      if (bytes.byteLength + 32 > 131_072) throw new RangeError('Values cannot be larger than 131072 bytes.')
    // What is not its own bytes would be stored with all of its buffer.
    for (const [key, bytes] of Object.entries(entries)) this.map.set(key, structuredClone(bytes))
  }

  async delete(keys: string[]): Promise<number> {
    this.#check(keys)
    return keys.filter((key) => this.map.delete(key)).length
  }

  async list({ prefix, startAfter = '', limit }: { prefix: string; startAfter?: string; limit: number }): Promise<Map<string, unknown>> {
    const keys = [...this.map.keys()].filter((key) => key.startsWith(prefix) && key > startAfter).sort()
    return new Map(keys.slice(0, limit).map((key) => [key, structuredClone(this.map.get(key))]))
  }

  #check(keys: readonly string[]): void {
    if (keys.length > 128) throw new RangeError('Maximum number of keys is 128.')
    for (const key of keys) if (Buffer.byteLength(key) > 2048) throw new RangeError('Keys cannot be larger than 2048 bytes.')
  }
}

storageConformance('a Durable Object (model)', async () => {
  const storage = new Model()
  return {
    open: () => durableObject(storage),
    exclusive: true,
    async damage(how) {
      const keys = [...storage.map.keys()].filter((key) => key.startsWith('isodis/run/')).sort()
      const key = keys[keys.length >> 1]
      if (how === 'drop') storage.map.delete(key)
      else storage.map.get(key)![100] ^= 4
    },
  }
})

test('two prefixes in one object are two storages', async () => {
  const storage = new Model()
  const a = durableObject(storage, { prefix: 'a/' })
  const b = durableObject(storage, { prefix: 'b/' })
  await a.open()
  await b.open()
  const writer = await a.write()
  await writer.write(Uint8Array.of(1))
  await writer.commit()
  expect(await b.read()).toBe(null)
  await a.close()
  await b.close()
})

const workerd = fileURLToPath(new URL('../../node_modules/.bin/workerd', import.meta.url))

/** Starts the worker on a directory. */
async function start(dir: string): Promise<{ url: string; process: ChildProcess }> {
  const child = spawn(workerd, ['serve', 'config.capnp', '--control-fd=3'], { cwd: dir, stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
  let text = ''
  for await (const chunk of child.stdio[3] as AsyncIterable<Buffer>) {
    text += String(chunk)
    const port = /"port":(\d+)\D/.exec(text)?.[1]
    if (port !== undefined) return { url: `http://127.0.0.1:${port}`, process: child }
  }
  throw new Error('workerd ended')
}

test('in workerd keeps what was answered when the process is killed: snapshots, deltas and the journal', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'isodis-workerd-'))
  await build({
    entryPoints: [fileURLToPath(new URL('durable-object-worker.ts', import.meta.url))],
    outfile: join(dir, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  })
  await writeFile(
    join(dir, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "disk", disk = (path = "disk", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2025-05-05",
  durableObjectNamespaces = [(className = "Kept", uniqueKey = "kept", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "KEPT", durableObjectNamespace = "Kept")],
);
`,
  )
  const { mkdir } = await import('node:fs/promises')
  await mkdir(join(dir, 'disk'))
  let answered = 0
  for (let life = 0; life < 4; life++) {
    const { url, process } = await start(dir)
    onTestFinished(() => void process.kill('SIGKILL'))
    const call = async (path: string): Promise<string> => {
      const response = await fetch(url + path)
      const text = await response.text()
      if (!response.ok) throw new Error(text)
      return text
    }
    expect(await call('/count')).toBe(String(answered))
    for (let i = 0; i < 20; i++) answered = Number(await call('/step'))
    if (life % 2 === 0) await call('/rewrite')
    expect(Number(await call('/save'))).toBeGreaterThan(0)
    for (let i = 0; i < 5; i++) answered = Number(await call('/step'))
    const ended = once(process, 'exit')
    process.kill('SIGKILL')
    await ended
  }
  expect(answered).toBe(100)
  await rm(dir, { recursive: true, force: true })
})
