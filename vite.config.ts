import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Each public path and its file; package.json's `exports` says the same. */
const entries = {
  isodis: 'src/adapters/memory.ts',
  file: 'src/adapters/storage/file.ts',
  indexeddb: 'src/adapters/storage/indexeddb.ts',
  server: 'src/adapters/serve/server.ts',
  cli: 'src/adapters/serve/cli.ts',
}

// vitest 5 prints failures with Map.groupBy, which Node 20 lacks.
const map = Map as unknown as { groupBy?: <K, T>(items: Iterable<T>, keyOf: (item: T) => K) => Map<K, T[]> }
map.groupBy ??= (items, keyOf) => {
  const groups = new Map()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  build: {
    target: 'es2022',
    minify: false,
    sourcemap: true,
    lib: { formats: ['es'], entry: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, here(file)])) },
    rollupOptions: { external: [/^node:/, 'idb-keyval'] },
  },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/**/*.test.ts'], exclude: ['test/**/*.{dom,browser}.test.ts', 'node_modules'] },
      },
    ],
  },
})
