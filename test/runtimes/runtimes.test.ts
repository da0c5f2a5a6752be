// The built package in every runtime it is for: real binaries, the same checks.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Redis } from '@upstash/redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { serveResp } from '../../src/adapters/serve/server.ts'
import { Browser } from '../support/browsers.ts'
import { type InstalledPackage, installPackage } from './package.ts'
import { CHECKS, type Outcome } from './smoke.ts'

const run = promisify(execFile)
const bin = (name: string): string => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url))

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
}, 180_000)
afterAll(() => installed?.[Symbol.asyncDispose]())

const check = (outcome: Outcome): void => expect(outcome).toEqual({ passed: CHECKS, failed: [], skipped: [] })

const RUNTIMES: [name: string, command: string, args: string[]][] = [
  ['Node', process.execPath, []],
  ['Deno', bin('deno'), ['run', '--allow-all', '--node-modules-dir=manual']],
  ['Bun', bin('bun'), ['run']],
]
const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' }

test.each(RUNTIMES)('%s', async (_name, command, args) => {
  const { stdout } = await run(command, [...args, 'print.mjs'], { cwd: installed.dir, env })
  check(JSON.parse(stdout) as Outcome)
})

test.each(RUNTIMES)(
  '%s: a process is the copy of a server until it stops that, also while the server is away',
  async (_name, command, args) => {
    await using master = await createRedis()
    const first = await serveResp(master, { port: 0 })
    await master.set('told', 'at first')
    const child = spawn(command, [...args, 'replicate.mjs', String(first.port)], {
      cwd: installed.dir,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    let said = ''
    const says = async (wanted: string): Promise<void> => {
      while (!said.endsWith(wanted))
        await Promise.race([
          once(child.stdout, 'data'),
          ended.then((code) => Promise.reject(new Error(`it ended with ${String(code)}: ${said}`))),
        ])
    }
    child.stdout.on('data', (text: Buffer) => (said += String(text)))
    try {
      await says('has at first\n')
      await first.close()
      // Long enough for it to find that nobody answers.
      await new Promise((resolve) => setTimeout(resolve, 300))
      await using second = await serveResp(master, { port: first.port })
      expect(second.port).toBe(first.port)
      await master.set('told', 'later')
      while (!/state=online/.test((await master.call('INFO', 'replication')) as string))
        await new Promise((resolve) => setTimeout(resolve, 20))
      await master.publish('news', 'stop')
      await says('has later\n')
      expect(await ended).toBe(0)
    } finally {
      child.kill('SIGKILL')
    }
  },
)

interface Served extends AsyncDisposable {
  readonly url: string
}

/** Starts a server. @param portOf finds the port in what it says */
async function serve(command: string, args: string[], says: 1 | 3, portOf: (text: string) => number | undefined): Promise<Served> {
  const child = spawn(command, args, { cwd: installed.dir, env, stdio: ['ignore', 'pipe', 'inherit', 'pipe'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}`)))
    let text = ''
    child.stdio[says]!.on('data', (chunk: Buffer) => {
      text += String(chunk)
      const port = portOf(text)
      if (port !== undefined) resolve(port)
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function serveWorker(program: 'worker.mjs' | 'rest-worker.mjs'): Promise<Served> {
  const file = await installed.bundle(program)
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${basename(file)}")],
  bindings = [(name = "TOKEN", text = "token")],
  compatibilityDate = "2026-10-01"
);
`
  await writeFile(join(installed.dir, `${program}.capnp`), config)
  return serve(bin('workerd'), ['serve', `${program}.capnp`, '--control-fd=3'], 3, (text) => {
    const port = /"event":"listen".*"port":(\d+)\D/.exec(text)?.[1]
    return port === undefined ? undefined : Number(port)
  })
}

test('workerd', async () => {
  await using worker = await serveWorker('worker.mjs')
  const response = await fetch(worker.url)
  const text = await response.text()
  expect([response.status, text]).toEqual([200, expect.stringMatching(/^\{/)])
  check(JSON.parse(text) as Outcome)
})

test('nothing in it stops React Native: static blocks, and exports of the name that its Babel preset keeps for itself', async () => {
  const dist = join(installed.dir, 'node_modules/isodis/dist')
  const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.js'))
  expect(files.length).toBeGreaterThan(20)
  for (const file of files) {
    const code = await readFile(join(dist, file), 'utf8')
    expect([file, /^\s+static \{|^export \{[^}]*\bCommands\b/m.exec(code)]).toEqual([file, null])
  }
})

/** What an unmodified client does with the handler. */
async function useRest(url: string): Promise<Redis> {
  const redis = new Redis({ url, token: 'token', enableTelemetry: false, retry: false })
  expect(await redis.set('k', { text: 'é' }, { ex: 100 })).toBe('OK')
  expect(await redis.get('k')).toEqual({ text: 'é' })
  expect(await redis.pipeline().incr('n').get('n').exec()).toEqual([1, 1])
  expect(await redis.multi().incr('n').persist('k').exec()).toEqual([2, 1])
  await expect(redis.lpush('k', 'x')).rejects.toThrow('WRONGTYPE')
  const large = 'x'.repeat(500_000)
  await redis.set('large', large)
  expect(await redis.get('large')).toBe(large)
  const stranger = await fetch(`${url}/get/k`)
  expect([stranger.status, await stranger.json()]).toEqual([401, { error: 'WRONGPASS invalid or missing auth token' }])
  return redis
}

test.each(RUNTIMES)('the REST handler is served by %s', async (_name, command, args) => {
  await using server = await serve(command, [...args, 'serve.mjs'], 1, (text) => (text.includes('\n') ? Number(text) : undefined))
  const redis = await useRest(server.url)
  const subscriber = redis.subscribe('news')
  const messages: unknown[] = []
  subscriber.on('message', ({ message }) => messages.push(message))
  await new Promise<void>((resolve) => subscriber.on('subscribe', () => resolve()))
  expect(await redis.publish('news', 'hello')).toBe(1)
  await expect.poll(() => messages).toEqual(['hello'])
  // Who leaves is noticed: its stream and its waiting end.
  await subscriber.unsubscribe()
  await expect.poll(() => redis.publish('news', 'x')).toBe(0)
  const client = new AbortController()
  const waiting = fetch(`${server.url}/blpop/none/0?_token=token`, { signal: client.signal })
  await expect.poll(() => redis.exec(['INFO', 'clients'])).toContain('blocked_clients:1')
  client.abort()
  await expect(waiting).rejects.toThrow()
  await expect.poll(() => redis.exec(['INFO', 'clients'])).toContain('blocked_clients:0')
})

test('the REST handler is served by workerd', async () => {
  await using worker = await serveWorker('rest-worker.mjs')
  await useRest(worker.url)
})

test('Chromium', async () => {
  const script = await readFile(await installed.bundle('page.mjs'))
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.mjs'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.mjs"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await Browser.withNewProfile()
  try {
    const page = await browser.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction('globalThis.outcome !== undefined')
    check(await page.evaluate<Outcome>('globalThis.outcome()'))
  } finally {
    await browser[Symbol.asyncDispose]()
    server.close()
  }
})
