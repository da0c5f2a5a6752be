// A page that is reloaded, left or closed right after a change: how often is the change there afterwards?
// ISODIS_CRASHES says how many tries each case has (default 2).
import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, serveSite, type Site } from '../support/browsers.ts'

const tries = Number(process.env['ISODIS_CRASHES'] ?? 2)
const WAYS = ['reloaded', 'left for another', 'closed'] as const

let site: Site
let browser: Browser
beforeAll(async () => {
  site = await serveSite(fileURLToPath(new URL('hide-page', import.meta.url)))
  browser = await Browser.withNewProfile()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await site?.[Symbol.asyncDispose]()
})

interface Case {
  readonly keys: number
  readonly changed: number
  readonly journal?: boolean
  /** Whether another save has begun just before. */
  readonly saving?: boolean
  /** There is time enough even on a busy machine. */
  readonly small?: boolean
}

const CASES: readonly Case[] = [
  { keys: 10, changed: 1, small: true },
  { keys: 1000, changed: 1, small: true },
  { keys: 1000, changed: 1000, small: true },
  { keys: 20_000, changed: 1, small: true },
  { keys: 20_000, changed: 20_000 },
  { keys: 1000, changed: 1, saving: true, small: true },
  { keys: 20_000, changed: 20_000, saving: true },
  { keys: 1000, changed: 1, journal: true, small: true },
  { keys: 20_000, changed: 20_000, journal: true },
]

describe.for(CASES)('$changed of $keys keys were changed (journal: $journal, while saving: $saving), and the page is', (given) => {
  test.for(WAYS)('%s', { timeout: 30_000 + tries * 3000 }, async (way) => {
    const { keys, changed, journal = false, saving = false } = given
    const name = JSON.stringify([given, way])
    let page = await browser.open(site.url)
    await page.evaluate((args) => hideTest.open(...args), [name, journal] as const)
    await page.evaluate((count) => hideTest.fill(count), keys)
    let kept = 0
    for (let number = 1; number <= tries; number++) {
      page = await changeAndGo(page, way, { number, changed, saving })
      const found = await page.evaluate((args) => hideTest.open(...args), [name, journal] as const)
      expect(found, 'a half change').not.toBe(0.5)
      if (found === number) kept++
    }
    await page.close()
    if (process.env['ISODIS_REPORT']) appendFileSync(process.env['ISODIS_REPORT'], `${name}: ${kept} of ${tries}\n`)
    if (given.small) expect(kept).toBe(tries)
  })
})

interface Change {
  readonly number: number
  readonly changed: number
  readonly saving: boolean
}

/** @returns the page that comes after */
async function changeAndGo(page: Page, way: (typeof WAYS)[number], change: Change): Promise<Page> {
  const run = async ({ number, changed, saving, way: how }: Change & { way: string }): Promise<void> => {
    if (saving) {
      hideTest.change(-number, changed)
      hideTest.save()
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
    }
    hideTest.change(number, changed)
    if (how === 'reloaded') location.reload()
    if (how === 'left for another') location.href = 'about:blank'
  }
  if (way === 'closed') {
    await page.evaluate(run, { ...change, way })
    await page.close({ runBeforeUnload: true })
  } else {
    const gone = page.waitForEvent('framenavigated')
    // What it answers may get lost with the page.
    page.evaluate(run, { ...change, way }).catch(() => {})
    await gone
    if (way === 'reloaded') {
      await page.waitForLoadState()
      return page
    }
    // Nothing depends on it, and Chromium may take its time for it.
    page.close().catch(() => {})
  }
  return browser.open(site.url)
}
