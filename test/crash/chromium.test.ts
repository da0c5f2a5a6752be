// A browser that is killed in the middle of a save has the last good snapshot when it comes back, whole.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, serveSite, type Site } from '../support/browsers.ts'

let site: Site
beforeAll(async () => {
  site = await serveSite(fileURLToPath(new URL('page', import.meta.url)))
})
afterAll(() => site?.[Symbol.asyncDispose]())

describe('Chromium killed in the middle of its second save', () => {
  test.for(['write', 'chunk', 'commit'])('at the storage’s %s loads the first snapshot whole', { timeout: 120_000 }, async (hangAt) => {
    await using browser = await Browser.withNewProfile()
    const page = await browser.open(site.url)
    expect(await page.evaluate((at) => crashTest.open(at), hangAt)).toBe(0)
    await page.evaluate(() => {
      crashTest.fill(1)
      return crashTest.save()
    })
    await page.evaluate(() => crashTest.fill(2))
    expect(await page.evaluate(() => crashTest.bgsave())).toBe('Background saving started')
    await page.evaluate(() => crashTest.hanging())
    await browser.kill()

    const after = await browser.open(site.url)
    expect(await after.evaluate(() => crashTest.open())).toBe(10_001)
    expect(await after.evaluate(() => crashTest.generation())).toBe(1)
    // And the next save works.
    await after.evaluate(() => {
      crashTest.fill(3)
      return crashTest.save()
    })
    await after.reload()
    await after.evaluate(() => crashTest.open())
    expect(await after.evaluate(() => crashTest.generation())).toBe(3)
  })
})
