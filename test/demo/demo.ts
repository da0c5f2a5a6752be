// The demo as its users get it: built, and served from a folder; and what the tests do with a page of it.
import type { Server as HttpServer } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { build, preview } from 'vite'
import type { Site } from '../support/browsers.ts'

const configFile = fileURLToPath(new URL('../../demo/vite.config.ts', import.meta.url))

/** Builds the demo and serves it. Disposing stops the server: then there is no network, as far as the page can tell. */
export async function serveDemo(): Promise<Site> {
  const outDir = await mkdtemp(join(tmpdir(), 'isodis-demo-'))
  // vitest says `test`, and Vite would build what is for developers.
  const { NODE_ENV } = process.env
  process.env['NODE_ENV'] = 'production'
  await build({ configFile, logLevel: 'error', build: { outDir } })
  process.env['NODE_ENV'] = NODE_ENV
  const server = await preview({ configFile, logLevel: 'error', build: { outDir }, preview: { port: 0, strictPort: false } })
  return {
    url: server.resolvedUrls!.local[0],
    async [Symbol.asyncDispose]() {
      // It stops listening at once; to wait for its end would be to wait for what the browser still asks.
      void server.close()
      ;(server.httpServer as HttpServer).closeAllConnections()
      await rm(outDir, { recursive: true, force: true })
    },
  }
}

/** Waits until the database is open. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector('#prompt-line')
}

/** Types a command at the prompt. @returns what it printed, without how long a slow one took */
export async function type(page: Page, line: string): Promise<string> {
  const before = await page.locator('.output').count()
  await page.locator('#prompt-line').fill(line)
  await page.locator('#prompt-line').press('Enter')
  await page.waitForFunction((count) => document.querySelectorAll('.output').length > count, before)
  const text = await page.locator('.output').last().locator('.output-text').textContent()
  return (text ?? '').replace(/\n\(\d+\.\d\ds\)$/, '')
}

/** Whether the page is wider than the screen. */
export const scrollsSideways = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
