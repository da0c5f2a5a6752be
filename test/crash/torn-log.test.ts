// Chromium that is killed in the middle of a record of its own log. It goes on behind that at the next start, and at the one
// after it deletes all that the site has in IndexedDB, unless it has begun another log (fresh-log.ts), or of OPFS what it wrote since.
import { appendFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Browser, serveSite, type Site } from '../support/browsers.ts'

let site: Site
beforeAll(async () => {
  site = await serveSite(fileURLToPath(new URL('page', import.meta.url)))
})
afterAll(() => site?.[Symbol.asyncDispose]())

/** The head of a record: a checksum, that 64 bytes follow, and that they are all of it. */
const HEAD = new Uint8Array([1, 2, 3, 4, 64, 0, 1])

/** A browser that was killed after a save, whose data is of generation 1. */
async function savedAndKilled(): Promise<Browser> {
  const browser = await Browser.withNewProfile()
  const page = await browser.open(site.url)
  await page.evaluate(async () => {
    await crashTest.open()
    crashTest.fill(1)
    return crashTest.save()
  })
  await browser.kill()
  return browser
}

test('what is written after Chromium was killed in the middle of a record of its log is there', { timeout: 150_000 }, async () => {
  await using browser = await savedAndKilled()
  const torn = await browser.log('IndexedDB')
  await appendFile(torn, HEAD)

  const second = await browser.open(site.url)
  await second.evaluate(() => crashTest.open())
  expect(await second.evaluate(() => crashTest.generation())).toBe(1)
  // Chromium compacts in the background, when it has nothing else to do.
  await expect.poll(() => browser.log('IndexedDB'), { timeout: 90_000 }).not.toBe(torn)
  await second.evaluate(() => {
    crashTest.fill(2)
    return crashTest.save()
  })
  await browser.kill()

  const third = await browser.open(site.url)
  await third.evaluate(() => crashTest.open())
  expect(await third.evaluate(() => crashTest.generation())).toBe(2)
  expect(await third.evaluate(() => crashTest.info())).toContain('storage_lost:no')
  expect(await third.evaluate(() => crashTest.warnings())).toEqual([])
})

test('that Chromium has deleted the data is said in the log and in INFO', { timeout: 60_000 }, async () => {
  await using browser = await savedAndKilled()
  await appendFile(await browser.log('IndexedDB'), new Uint8Array([...HEAD, ...new Uint8Array(64)]))

  const second = await browser.open(site.url)
  expect(await second.evaluate(() => crashTest.open())).toBe(0)
  expect(await second.evaluate(() => crashTest.info())).toContain('storage_lost:yes')
  expect(await second.evaluate(() => crashTest.warnings())).toEqual([expect.stringMatching(/deleted all of it: .*checksum mismatch/)])
  await second.evaluate(() => crashTest.save())
  await second.reload()
  await second.evaluate(() => crashTest.open())
  expect(await second.evaluate(() => crashTest.info())).toContain('storage_lost:no')
})

test('that Chromium has lost what was written to OPFS is said in the log and in INFO', { timeout: 60_000 }, async () => {
  await using browser = await Browser.withNewProfile()
  for (const value of ['one', 'two']) {
    const page = await browser.open(site.url)
    await page.evaluate(() => crashTest.openFiles())
    await page.evaluate((written) => crashTest.set(written), value)
    expect(await page.evaluate(() => crashTest.info())).toContain('storage_lost:no')
    await browser.kill()
    if (value === 'one') await appendFile(await browser.log('File System'), HEAD)
  }
  const page = await browser.open(site.url)
  await page.evaluate(() => crashTest.openFiles())
  expect(await page.evaluate(() => crashTest.info())).toContain('storage_lost:yes')
  expect(await page.evaluate(() => crashTest.warnings())).toEqual([expect.stringContaining('has lost what was written to isodis-crash')])
})
