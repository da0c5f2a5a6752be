// The built package in every runtime it is for: real binaries, the same checks.
import { execFile, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Browser } from '../support/chromium.ts'
import { type InstalledPackage, installPackage } from './package.ts'
import type { Outcome } from './smoke.ts'

const run = promisify(execFile)
const bin = (name: string): string => fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url))

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
}, 60_000)
afterAll(() => installed?.[Symbol.asyncDispose]())

const ALL = [
  'data types',
  'errors',
  'expiry',
  'MULTI and WATCH',
  'publish and subscribe',
  'waiting commands',
  'snapshots',
  'the Upstash adapter on the REST handler',
]
const check = (outcome: Outcome): void => expect(outcome).toEqual({ passed: ALL, failed: [] })

test.each([
  ['Node', process.execPath, []],
  ['Deno', bin('deno'), ['run', '--allow-all', '--node-modules-dir=manual']],
  ['Bun', bin('bun'), ['run']],
])('%s', async (_name, command, args) => {
  const environment = { ...process.env, DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' }
  const { stdout } = await run(command, [...args, 'print.mjs'], { cwd: installed.dir, env: environment })
  check(JSON.parse(stdout) as Outcome)
})

test('workerd', async () => {
  const file = await installed.bundle('worker.mjs')
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${file.slice(dirname(file).length + 1)}")],
  compatibilityDate = "2026-10-01"
);
`
  await writeFile(join(installed.dir, 'config.capnp'), config)
  const workerd = spawn(bin('workerd'), ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: installed.dir,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  try {
    const port = await new Promise<number>((resolve, reject) => {
      workerd.once('error', reject)
      workerd.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)))
      workerd.stdio[3]!.on('data', (text: Buffer) => {
        const event = JSON.parse(String(text).split('\n')[0]) as { event: string; port: number }
        if (event.event === 'listen') resolve(event.port)
      })
    })
    const response = await fetch(`http://127.0.0.1:${port}/`)
    const text = await response.text()
    expect([response.status, text]).toEqual([200, expect.stringMatching(/^\{/)])
    check(JSON.parse(text) as Outcome)
  } finally {
    workerd.kill('SIGKILL')
  }
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
