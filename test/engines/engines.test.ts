// The built package in engines that have little or nothing but the language, with the same checks as the runtimes. The engines are
// in a folder of their own, where `node .ci/provide.js` installs them: Hermes is large.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import type { Plugin } from 'esbuild'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { createRestHandler } from '../../src/adapters/serve/rest-handler.ts'
import { connectUpstash } from '../../src/adapters/upstash.ts'
import { type InstalledPackage, installPackage } from '../runtimes/package.ts'
import { CHECKS, type Outcome } from '../runtimes/smoke.ts'

const run = promisify(execFile)
const here = fileURLToPath(new URL('.', import.meta.url))
const require = createRequire(import.meta.url)

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
}, 300_000)
afterAll(() => installed?.[Symbol.asyncDispose]())

/** All but what needs something that is not there. */
function check(outcome: string, ...skipped: string[]): void {
  const passed = CHECKS.filter((name) => !skipped.includes(name))
  expect(JSON.parse(outcome) as Outcome).toEqual({ passed, failed: [], skipped })
}
const REST = ['scripts over REST', 'the Upstash adapter on the REST handler']

const script = async (): Promise<string> => readFile(await installed.bundle('engine.mjs', { format: 'iife' }), 'utf8')

test('V8 by itself: no timers, no TextDecoder, nothing', async () => {
  const globals = createContext({}) as { finished?: Promise<string> }
  runInContext(await script(), globals)
  check(await globals.finished!, 'expiry', 'signals', ...REST)
})

interface QuickJS {
  evalCode(code: string): unknown
  executePendingJobs(): void
  resolvePromise(promise: unknown): Promise<{ value?: { toString(): string }; error?: { toString(): string } }>
  dispose(): void
}

test('QuickJS by itself', async () => {
  const { QuickJS } = (await import(pathToFileURL(require.resolve('quickjs-wasi')).href)) as {
    QuickJS: { create(options: { wasm: Uint8Array }): Promise<QuickJS> }
  }
  const engine = await QuickJS.create({ wasm: await readFile(require.resolve('quickjs-wasi/quickjs.wasm')) })
  try {
    engine.evalCode(await script())
    const promise = engine.evalCode('finished')
    engine.executePendingJobs()
    const { value, error } = await engine.resolvePromise(promise)
    expect(error?.toString()).toBe(undefined)
    check(value!.toString(), 'expiry', 'signals', ...REST)
  } finally {
    engine.dispose()
  }
})

interface Babel {
  transformAsync(code: string, options: object): Promise<{ code: string }>
}

/** As Metro does it, file by file. */
const reactNative: Plugin = {
  name: "React Native's Babel preset",
  setup(build) {
    const { transformAsync } = require('@babel/core') as Babel
    const settings = { dev: false, enableBabelRuntime: false, disableImportExportTransform: true }
    const presets = [[require('@react-native/babel-preset'), settings]]
    build.onLoad({ filter: /js$/ }, async ({ path }) => {
      const { code } = await transformAsync(await readFile(path, 'utf8'), { filename: path, configFile: false, compact: false, presets })
      return { contents: code }
    })
  },
}

const FOLDERS: Record<string, string> = { linux: 'linux64-bin', darwin: 'osx-bin', win32: 'win64-bin' }

test('Hermes, with what React Native makes of the package and gives it', async () => {
  const file = await installed.bundle('hermes.mjs', {
    format: 'iife',
    target: 'esnext',
    inject: [`${here}react-native.js`],
    plugins: [reactNative],
  })
  const hermes = `${here}node_modules/hermes-engine-cli/${FOLDERS[process.platform]}/hermes`
  const { stdout } = await run(hermes, ['-O', '-w', '-Xmicrotask-queue', file], { maxBuffer: 1 << 24 })
  check(stdout, ...REST)
}, 300_000)

test("the Upstash client with React Native's signals, and without what it has not", async () => {
  await using engine = await createRedis()
  const handler = createRestHandler(engine, { token: 'token' })
  const { AbortController } = require('abort-controller/dist/abort-controller.js') as { AbortController: unknown }
  onTestFinished(() => void vi.unstubAllGlobals())
  let fetch = (url: string, init: RequestInit): Promise<Response> => handler(new Request(url, { ...init, signal: null }))
  const connect = (timeout?: number) => connectUpstash({ url: 'http://x', token: 'token', timeout, fetch: (url, init) => fetch(url, init) })
  vi.stubGlobal('URL', undefined)
  await using redis = connect()
  vi.unstubAllGlobals()
  vi.stubGlobal('AbortController', AbortController)
  expect(await redis.set('k', 'grüße 🙂')).toBe('OK')
  expect(await redis.get('k')).toBe('grüße 🙂')
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  await redis.bytes.set('bytes', bytes)
  expect(await redis.bytes.get('bytes')).toEqual(bytes)
  vi.stubGlobal('ReadableStream', undefined)
  await expect(redis.subscribe('news')).rejects.toThrow('this host has no ReadableStream')
  fetch = () => new Promise(() => {})
  await expect(connect(20).get('k')).rejects.toThrow('there was no answer within 20 ms')
})
