// The demo's build. It takes the library from its source, under the names that an app would use.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { offline } from './offline-plugin.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Nothing comes from elsewhere, and nothing is made into code at run time. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

// The data belongs to the origin, and the port is part of it: another port would be another database.
const server = { host: '127.0.0.1', port: 4379, strictPort: true }

// oxlint-disable-next-line import/no-default-export -- Vite asks for it
export default defineConfig({
  root: here('.'),
  base: './',
  resolve: {
    alias: [
      { find: /^isodis$/, replacement: here('../src/adapters/memory.ts') },
      { find: /^isodis\/lua$/, replacement: here('../src/scripts/lua/scripting.ts') },
      { find: /^isodis\/indexeddb$/, replacement: here('../src/adapters/storage/indexeddb.ts') },
    ],
  },
  // TypeScript's own settings for JSX are in tsconfig.json; this says the same to the bundler.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', outDir: here('dist'), emptyOutDir: true, modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server,
  preview: server,
  plugins: [
    offline(here('service-worker.ts')),
    {
      name: 'content-security-policy',
      // In development Vite puts scripts and styles of its own into the page.
      apply: 'build',
      transformIndexHtml: () => [
        { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY }, injectTo: 'head-prepend' },
      ],
    },
  ],
})
