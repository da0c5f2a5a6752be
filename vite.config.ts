import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { CHROMIUM, CHROMIUM_ARGUMENTS, FIREFOX, FIREFOX_CHANNEL } from './test/support/executables.ts'
import { HAS_WEBKIT, webkit } from './test/support/webkit.ts'

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

const chromium = playwright({ launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS } })
const firefox = playwright({ launchOptions: { executablePath: FIREFOX, channel: FIREFOX_CHANNEL } })

const webkitProject = {
  extends: true as const,
  test: {
    name: 'webkit',
    include: ['test/**/*.browser.test.ts'],
    // This build has no private file system.
    exclude: ['test/storage/opfs.browser.test.ts'],
    browser: { enabled: true, headless: true, screenshotFailures: false, provider: webkit(), instances: [{ browser: 'webkit' as const }] },
  },
}

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
    hookTimeout: 60_000,
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
          browser: { enabled: true, headless: true, screenshotFailures: false, provider: chromium, instances: [{ browser: 'chromium' }] },
        },
      },
      {
        extends: true,
        test: {
          name: 'firefox',
          include: ['test/**/*.browser.test.ts'],
          browser: { enabled: true, headless: true, screenshotFailures: false, provider: firefox, instances: [{ browser: 'firefox' }] },
        },
      },
      ...(HAS_WEBKIT ? [webkitProject] : []),
    ],
  },
})
