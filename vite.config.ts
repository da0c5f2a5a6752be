import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

/** Each public path and its file; package.json's `exports` says the same. */
const entries = {
  isodis: 'src/adapters/memory.ts',
  admin: 'src/core/admin/admin.ts',
  'drop-in/ioredis': 'src/adapters/drop-in/ioredis.ts',
  'drop-in/upstash': 'src/adapters/drop-in/upstash.ts',
  file: 'src/adapters/storage/file.ts',
  indexeddb: 'src/adapters/storage/indexeddb.ts',
  opfs: 'src/adapters/storage/opfs.ts',
  'durable-object': 'src/adapters/storage/durable-object.ts',
  ioredis: 'src/adapters/ioredis.ts',
  rest: 'src/adapters/serve/rest-handler.ts',
  lua: 'src/scripts/lua/scripting.ts',
  scripts: 'src/scripts/builder/define.ts',
  'scripts/engine': 'src/scripts/engine.ts',
  server: 'src/adapters/serve/server.ts',
  testing: 'src/adapters/testing.ts',
  upstash: 'src/adapters/upstash.ts',
  cli: 'src/adapters/serve/cli.ts',
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// vitest 5 prints failures with Map.groupBy, which Node 20 lacks.
const map = Map as unknown as { groupBy?: <K, T>(items: Iterable<T>, keyOf: (item: T) => K) => Map<K, T[]> }
map.groupBy ??= (items, keyOf) => {
  const groups = new Map()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

const chromium = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)
/** Chromium's services look for the network at every start; a machine without one would wait for them. */
const chromiumArguments = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
]
const browser = playwright({ launchOptions: { executablePath: chromium, args: chromiumArguments } })

export default defineConfig({
  build: {
    target: 'es2022',
    minify: false,
    sourcemap: true,
    lib: { formats: ['es'], entry: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, here(file)])) },
    rollupOptions: { external: [/^node:/, 'idb-keyval'] },
  },
  test: {
    testTimeout: 30_000,
    globalSetup: here('test/support/temporary-folder.ts'),
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['**/*.{dom,browser}.test.ts', '**/node_modules/**'] },
      },
      { extends: true, test: { name: 'happy-dom', environment: 'happy-dom', include: ['test/**/*.dom.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'chromium',
          include: ['test/**/*.browser.test.ts'],
          browser: { enabled: true, headless: true, screenshotFailures: false, provider: browser, instances: [{ browser: 'chromium' }] },
        },
      },
    ],
  },
})
