// Tabs of WebKit that share a database. Playwright cannot drive Debian's build of it, so that this is shorter than what
// Chromium and Firefox run.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveSite, type Site } from '../support/browsers.ts'
import { HAS_WEBKIT, WebDriver } from '../support/webkit.ts'

let site: Site
let browser: WebDriver
beforeAll(async () => {
  if (!HAS_WEBKIT) return
  site = await serveSite(fileURLToPath(new URL('page', import.meta.url)))
  browser = await WebDriver.start()
})
afterAll(async () => {
  await browser?.close()
  await site?.[Symbol.asyncDispose]()
})

type Line = [string, ...(string | number)[]]

/** A tab with the database open, by the name that the driver has for it. */
async function open(options: Parameters<typeof tab.open>[0]): Promise<string> {
  const { handle } = (await browser.ask('POST', '/window/new', { type: 'tab' })) as { handle: string }
  await browser.ask('POST', '/window', { handle })
  await browser.ask('POST', '/url', { url: site.url })
  await expect.poll(() => browser.ask('POST', '/execute/sync', { script: 'return "tab" in globalThis', args: [] })).toBe(true)
  await run(handle, 'tab.open(given)', options)
  return handle
}

/** Runs an expression in a tab. @param given what it may use */
async function run(handle: string, expression: string, given: unknown = null): Promise<unknown> {
  await browser.ask('POST', '/window', { handle })
  const script = `const [given, done] = arguments; Promise.resolve(${expression}).then(done, (error) => done(String(error)))`
  return browser.ask('POST', '/execute/async', { script, args: [given] })
}

const role = (handle: string): Promise<unknown> => run(handle, 'tab.role()')
const call = (handle: string, ...line: Line): Promise<unknown> => run(handle, 'tab.call(...given)', line)

async function close(handle: string): Promise<void> {
  await browser.ask('POST', '/window', { handle })
  await browser.ask('DELETE', '/window')
}

describe.skipIf(!HAS_WEBKIT)('tabs of WebKit', () => {
  test('share a live database, and the next takes over when the owner’s tab is closed', { timeout: 60_000 }, async () => {
    // Nobody takes the database from a tab that the machine lets wait.
    const options = { patience: 30_000, config: { appendonly: 'yes', appendfsync: 'always' } }
    const [first, second, third] = [await open(options), await open(options), await open(options)]
    expect([await role(first), await role(second), await role(third)]).toEqual(['owner', 'guest', 'guest'])
    await call(first, 'SET', 'from first', 1)
    await call(third, 'SET', 'from third', 'é')
    expect(await call(second, 'GET', 'from first')).toBe('1')
    expect(await call(first, 'GET', 'from third')).toBe('é')
    await run(second, 'tab.subscribe("news")')
    await close(first)
    expect(await call(third, 'GET', 'from first')).toBe('1')
    expect([await role(second), await role(third)].toSorted()).toEqual(['guest', 'owner'])
    // What was subscribed goes on at the new owner.
    await expect.poll(() => call(third, 'PUBLISH', 'news', 'hello')).toBe(1)
    expect(await run(second, 'tab.next()')).toEqual({ channel: 'news', message: 'hello' })
    // And a tab that is reloaded is one of them again.
    await browser.ask('POST', '/refresh', {})
    await run(second, 'tab.open(given)', options)
    expect(await call(second, 'GET', 'from third')).toBe('é')
  })
})
