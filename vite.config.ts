import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { CHROMIUM, CHROMIUM_ARGUMENTS, FIREFOX, FIREFOX_CHANNEL } from './test/support/executables.ts'
import { HAS_WEBKIT, webkit } from './test/support/webkit.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

interface Package {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string } | string>>
}
const { exports } = JSON.parse(readFileSync(here('package.json'), 'utf8')) as Package

/** The files of the public paths, as package.json has them: `./dist/types/core/admin/admin.d.ts` is made of `src/core/admin/admin.ts`. */
const entries: [name: string, file: string][] = Object.values(exports).flatMap((path) => {
  if (typeof path === 'string') return []
  return [[path.default.replace(/^\.\/dist\/|\.js$/g, ''), here(path.types.replace('dist/types', 'src').replace('.d.ts', '.ts'))]]
})

// vitest 5 prints failures with Map.groupBy, which Node 20 lacks.
const map = Map as unknown as { groupBy?: <K, T>(items: Iterable<T>, keyOf: (item: T) => K) => Map<K, T[]> }
map.groupBy ??= (items, keyOf) => {
  const groups = new Map()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

type Browser = 'chromium' | 'firefox' | 'webkit'

/** The tests that run in a browser. */
const browserProject = (
  browser: Browser,
  provider: ReturnType<typeof playwright>,
  exclude: string[] = [],
): TestProjectInlineConfiguration => ({
  extends: true,
  test: {
    name: browser,
    include: ['test/**/*.browser.test.ts'],
    exclude,
    browser: { enabled: true, headless: true, screenshotFailures: false, provider, instances: [{ browser }] },
  },
})

export default defineConfig({
  build: {
    target: 'es2022',
    minify: false,
    sourcemap: true,
    lib: { formats: ['es'], entry: { ...Object.fromEntries(entries), cli: here('src/adapters/serve/cli.ts') } },
    rollupOptions: { external: [/^node:/, 'idb-keyval'] },
  },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // How long `expect.poll` waits for what is to come. It is there for what never comes; a busy machine may take its time.
    expect: { poll: { timeout: 20_000, interval: 20 } },
    globalSetup: here('test/support/temporary-folder.ts'),
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['**/*.{dom,browser}.test.ts', '**/node_modules/**'] },
      },
      { extends: true, test: { name: 'happy-dom', environment: 'happy-dom', include: ['test/**/*.dom.test.ts'] } },
      browserProject('chromium', playwright({ launchOptions: { executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS } })),
      browserProject('firefox', playwright({ launchOptions: { executablePath: FIREFOX, channel: FIREFOX_CHANNEL } })),
      // This build has no private file system.
      ...(HAS_WEBKIT ? [browserProject('webkit', webkit(), ['test/storage/opfs.browser.test.ts'])] : []),
    ],
  },
})
