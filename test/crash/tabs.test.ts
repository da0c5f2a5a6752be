// Tabs that share a database, while the tab that runs the commands is closed, crashes or freezes at random moments, or the
// whole browser is killed: what was promised is there, and a transaction is there in full or not at all.
// ISODIS_CRASHES says how often (default 8, `npm run crash` 200).
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, serveSite, type Site } from '../support/browsers.ts'

const crashes = Number(process.env['ISODIS_CRASHES'] ?? 8)
const seed = Number(process.env['ISODIS_SEED'] ?? Date.now() % 1_000_000)
const TABS = 3
/** How long tabs write at most before something happens. */
const LIFE_MS = 150

let site: Site
beforeAll(async () => {
  site = await serveSite(fileURLToPath(new URL('../shared/page', import.meta.url)))
})
afterAll(() => site?.[Symbol.asyncDispose]())

/** Numbers that look like chance, the same ones for the same seed. */
function chance(from: number): () => number {
  let state = from
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface Mode {
  readonly config: Record<string, string>
  /** What is called after a write, and promises it. */
  readonly promise?: [command: string, ...words: string[]]
}

const MODES: Readonly<Record<string, Mode>> = {
  'that call SAVE after a write': { config: {}, promise: ['SAVE'] },
  'with a journal under appendfsync always': { config: { appendonly: 'yes', appendfsync: 'always' } },
  'with a journal under appendfsync everysec that call WAITAOF': { config: { appendonly: 'yes' }, promise: ['WAITAOF', '1', '0', '0'] },
}

describe.each(Object.entries(MODES))('tabs %s', (_, mode) => {
  test(`lose nothing that was promised, ${crashes} times, seed ${seed}`, { timeout: 60_000 + crashes * 10_000 }, async () => {
    await using browser = await Browser.withNewProfile()
    const random = chance(seed)
    /** The last promise of each writer that there ever was, told while the tabs live. */
    const promises = new Map<string, number>()
    let tabs: Page[] = []
    let writers = 0

    const open = async (): Promise<Page> => {
      const page = await browser.open('about:blank')
      await page.exposeFunction('promised', (writer: string, n: number) => void promises.set(writer, n))
      await page.goto(site.url)
      await page.waitForFunction(() => 'tab' in globalThis)
      await page.evaluate((config) => tab.open({ config, patience: 300 }), mode.config)
      await page.evaluate((how) => tab.write(how), { writer: `writer:${writers++}`, promise: mode.promise })
      return page
    }

    for (let i = 0; i < crashes; i++) {
      while (tabs.length < TABS) tabs.push(await open())
      await tabs[0].waitForTimeout(random() * LIFE_MS)
      const roles = await Promise.all(tabs.map((page) => page.evaluate(() => tab.role())))
      const owner = tabs[Math.max(0, roles.indexOf('owner'))]
      const what = Math.floor(random() * 20)
      if (what === 0) {
        await browser.kill()
        tabs = []
      } else if (what < 7) {
        await owner.close()
        tabs = tabs.filter((page) => page !== owner)
      } else if (what < 14) {
        const session = await owner.context().newCDPSession(owner)
        session.send('Page.crash').catch(() => {})
        await owner.waitForEvent('crash')
        await owner.close()
        tabs = tabs.filter((page) => page !== owner)
      } else {
        // It wakes up again, and writes on, as a guest.
        await owner.evaluate(() => tab.freeze(900))
      }
      const promised = new Map(promises)
      const reader = tabs.find((page) => page !== owner) ?? (await open())
      if (!tabs.includes(reader)) tabs.push(reader)
      for (const [writer, n] of promised) {
        const [alone, together] = await reader.evaluate((key) => tab.both(key), writer)
        if (alone >= n && together === alone) continue
        const where = `${writer} after ${i + 1} crashes, the last ${what === 0 ? 'of the browser' : 'of a tab'}, seed ${seed}`
        expect([alone, together], `${where}: ${await reader.evaluate(() => tab.state())}`).toEqual([n, n])
      }
    }
    expect(promises.size).toBeGreaterThan(0)
  })
})
