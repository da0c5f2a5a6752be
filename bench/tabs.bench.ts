// Tabs that share a database: what a command costs in a tab that does not run it itself, beside a bare message there and
// back, and how long everybody waits when the tab that runs the commands is gone.
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { Browser, serveSite } from '../test/support/browsers.ts'
import { median, report } from './harness.ts'

const ROUNDS = 5
const KEYS = 1000

// Where it runs it is bundled, one folder deeper.
await using site = await serveSite(fileURLToPath(new URL('../tabs-page', import.meta.url)))

async function withTabs<T>(count: number, run: (...tabs: Page[]) => Promise<T>): Promise<T> {
  await using browser = await Browser.withNewProfile()
  const tabs: Page[] = []
  for (let i = 0; i < count; i++) {
    const page = await browser.open(site.url)
    await page.waitForFunction(() => 'tabsBench' in globalThis)
    await page.evaluate((keys) => tabsBench.open(keys), i === 0 ? KEYS : 0)
    tabs.push(page)
  }
  return await run(...tabs)
}

await withTabs(2, async (owner, guest) => {
  await owner.evaluate(() => tabsBench.serveEcho())
  const [got, echoed, fast] = [[], [], []] as number[][]
  const together: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    got.push(...(await guest.evaluate(() => tabsBench.get(500))))
    echoed.push(...(await guest.evaluate(() => tabsBench.echo(500))))
    const speeds = await guest.evaluate(() => tabsBench.throughput(5000))
    fast.push(speeds.pipelined)
    together.push(speeds.together)
  }
  report(
    {
      name: 'GET from a second tab, median',
      value: median(got),
      unit: 'ms',
      peer: 'a bare message there and back',
      ratio: median(got) / median(echoed),
    },
    { name: 'GET from a second tab, median', value: median(got), unit: 'ms', most: 1 },
    { name: 'GET from a second tab, pipelines of 100', value: median(fast), unit: 'ops/s', least: 20_000 },
    { name: 'GET from a second tab, 100 calls at once', value: median(together), unit: 'ops/s', least: 20_000 },
  )
})

const ENDS: Record<string, (owner: Page) => Promise<unknown>> = {
  'is closed': (owner) => owner.close(),
  crashes: async (owner) => {
    const session = await owner.context().newCDPSession(owner)
    // The answer never comes.
    session.send('Page.crash').catch(() => {})
  },
  freezes: (owner) => owner.evaluate(() => tabsBench.freeze(3000)),
}
for (const [what, end] of Object.entries(ENDS)) {
  const waits: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    waits.push(
      await withTabs(3, async (owner, guest) => {
        const waiting = guest.evaluate(() => tabsBench.longestWait(1500))
        await guest.waitForTimeout(300)
        await end(owner)
        return waiting
      }),
    )
  }
  report({
    name: `longest wait for a GET when the owner ${what}, ${KEYS} keys, median of ${ROUNDS}`,
    value: median(waits),
    unit: 'ms',
    most: 500,
  })
}
