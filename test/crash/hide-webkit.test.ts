// A page of WebKit, Safari's engine, that is reloaded or left right after a change: the change is there afterwards. WebKit breaks
// off what a page begins when the next one is there, so that what the network takes until then is the time that there is.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveSite, type Site } from '../support/browsers.ts'
import { HAS_WEBKIT, WebDriver } from '../support/webkit.ts'

/** How long the next page takes to come: a busy machine may need as much. */
const NETWORK_MS = 2000

let site: Site
let server: Server
let url: string
let browser: WebDriver
beforeAll(async () => {
  if (!HAS_WEBKIT) return
  site = await serveSite(fileURLToPath(new URL('hide-page', import.meta.url)))
  server = createServer(async (request, response) => {
    if (request.url === '/') await new Promise((resolve) => setTimeout(resolve, NETWORK_MS))
    const answer = await fetch(new URL(request.url!, site.url))
    response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') ?? 'text/plain' })
    response.end(new Uint8Array(await answer.arrayBuffer()))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  browser = await WebDriver.start()
})
afterAll(async () => {
  await browser?.close()
  server?.close()
  await site?.[Symbol.asyncDispose]()
})

/** Runs an expression in the page. @param given what it may use */
async function run(expression: string, ...given: unknown[]): Promise<unknown> {
  await expect.poll(() => browser.ask('POST', '/execute/sync', { script: 'return "hideTest" in globalThis', args: [] })).toBe(true)
  const script = `const given = [...arguments]; const done = given.pop()
    Promise.resolve(${expression}).then(done, (error) => done(String(error)))`
  return browser.ask('POST', '/execute/async', { script, args: given })
}

describe.skipIf(!HAS_WEBKIT)('a change is there after a page of WebKit is', () => {
  test.for([
    { way: 'reloaded', go: () => browser.ask('POST', '/refresh', {}) },
    { way: 'left for another', go: () => browser.ask('POST', '/url', { url }) },
  ])('$way', { timeout: 60_000 }, async ({ way, go }) => {
    await browser.ask('POST', '/url', { url })
    await run('hideTest.open(given[0], false)', way)
    await run('hideTest.fill(1000)')
    await run('hideTest.change(given[0], 10)', 7)
    await go()
    expect(await run('hideTest.open(given[0], false)', way)).toBe(7)
  })
})
