// What the demo says when the database cannot be had, cannot be read or cannot be saved.
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, type Site } from '../support/browsers.ts'
import { ready, serveDemo, type } from './demo.ts'

let site: Site
beforeAll(async () => {
  site = await serveDemo()
})
afterAll(() => site?.[Symbol.asyncDispose]())

describe('a second tab', () => {
  test('shares the data and its messages, and runs the commands when the first is closed', async () => {
    await using browser = await Browser.withNewProfile()
    const first = await browser.open(site.url)
    await ready(first)
    await type(first, 'set shared yes')
    await first.getByRole('group', { name: 'Presets' }).getByRole('button', { name: 'Redis' }).click()
    await first.getByRole('group', { name: 'Journal' }).getByRole('button', { name: 'Every second' }).click()
    const second = await browser.open(site.url)
    await ready(second)
    expect(await type(second, 'get shared')).toBe('"yes"')
    await second.getByText('Another tab runs the commands').waitFor()
    const listening = type(second, 'subscribe news')
    await second.getByRole('button', { name: 'Stop' }).waitFor()
    await listening
    await type(first, 'publish news hello')
    await second.locator('.output-text', { hasText: '"hello"' }).waitFor()
    await second.getByRole('button', { name: 'Stop' }).click()
    await type(first, 'set last words')
    await first.close()
    // What no save had, the journal had; and the settings of the first tab are those of the second.
    expect(await type(second, 'get last')).toBe('"words"')
    await second.locator('.log').getByText('Reading RDB').or(second.locator('.log li')).first().waitFor()
    expect(await type(second, 'config get appendonly')).toContain('"yes"')
    await second.waitForFunction(() => document.querySelector('[aria-label="Presets"] [aria-pressed="true"]')?.textContent === 'Redis')
  })
})

describe('damaged data', () => {
  test('is named, left in place, and can be downloaded or deleted', async () => {
    await using browser = await Browser.withNewProfile()
    const page = await browser.open(site.url)
    await ready(page)
    await type(page, 'set a 1')
    await type(page, 'save')
    const other = await browser.open(`${site.url}icon.svg`)
    await page.close()
    await other.evaluate(flipAByte)
    await other.goto(site.url)
    await other.getByRole('heading', { name: 'The stored data is damaged' }).waitFor()
    expect(await other.locator('.cover-error').textContent()).toContain('is damaged: its checksum is wrong')
    const download = other.waitForEvent('download')
    await other.getByRole('button', { name: 'Download what is stored' }).click()
    expect((await download).suggestedFilename()).toMatch(/^demo-\d+\.rdb$/)
    // A reload changes nothing.
    await other.reload()
    await other.getByRole('heading', { name: 'The stored data is damaged' }).waitFor()
    await other.getByRole('button', { name: 'Delete it and start empty' }).click()
    await other.getByRole('button', { name: 'Delete it and start empty' }).click()
    await ready(other)
    expect(await type(other, 'dbsize')).toBe('(integer) 0')
  })
})

describe('a full storage', () => {
  test('shows the cause, and saving works again when there is room', async () => {
    await using browser = await Browser.withNewProfile()
    const page = await browser.open('about:blank')
    const session = await page.context().newCDPSession(page)
    const { origin } = new URL(site.url)
    // Before the database is opened: Chromium remembers for half a minute how much room there was.
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 10_000 })
    await page.goto(site.url)
    await ready(page)
    await typeNoise(page)
    await page.getByRole('heading', { name: 'The browser’s storage is full' }).waitFor()
    expect(await page.locator('.trouble').textContent()).toContain('QuotaExceededError')
    expect(await type(page, 'set more 1')).toContain('MISCONF')
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    await page.getByRole('button', { name: 'Save again' }).click()
    await page.locator('.trouble').waitFor({ state: 'detached' })
    expect(await type(page, 'set more 1')).toBe('OK')
  })

  test('shows that the journal cannot be written, and goes on when there is room', async () => {
    await using browser = await Browser.withNewProfile()
    const page = await browser.open('about:blank')
    const session = await page.context().newCDPSession(page)
    const { origin } = new URL(site.url)
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 20_000 })
    await page.goto(site.url)
    await ready(page)
    await type(page, 'config set save ""')
    await page.getByRole('group', { name: 'Journal' }).getByRole('button', { name: 'Always' }).click()
    await page.locator('.log').getByText('Background AOF rewrite finished successfully').waitFor()
    await typeNoise(page)
    await page.getByRole('heading', { name: 'The journal cannot be written' }).waitFor()
    expect(await page.locator('.trouble').textContent()).toContain('QuotaExceededError')
    expect(await type(page, 'set more 1')).toContain('MISCONF Errors writing to the AOF file: QuotaExceededError')
    await session.send('Storage.overrideQuotaForOrigin', { origin })
    await page.locator('.trouble').waitFor({ state: 'detached' })
    expect(await type(page, 'set more 1')).toBe('OK')
    // What could not be written was kept in memory, and is in the journal now.
    const length = await type(page, 'strlen noise')
    await page.reload()
    await ready(page)
    expect(await type(page, 'strlen noise')).toBe(length)
  })
})

/** Sets a value that does not fit. What compresses well would fit all the same. */
async function typeNoise(page: Page): Promise<void> {
  await page.evaluate(() => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000))
    const input = document.querySelector<HTMLInputElement>('#prompt-line')!
    input.value = `set noise ${[...bytes].map((byte) => byte.toString(36)).join('')}`
    input.dispatchEvent(new InputEvent('input', { bubbles: true }))
  })
  await page.locator('#prompt-line').press('Enter')
}

async function flipAByte(): Promise<void> {
  const done = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)))
  const db = await done(indexedDB.open('isodis:demo'))
  const store = db.transaction('snapshot', 'readwrite').objectStore('snapshot')
  for (const key of await done(store.getAllKeys())) {
    const value: unknown = await done(store.get(key))
    if (!(value instanceof Uint8Array)) continue
    value[20] ^= 1
    await done(store.put(value, key))
  }
  db.close()
}
