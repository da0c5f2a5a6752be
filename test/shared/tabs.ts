// Several tabs of a real browser with one live database: everything works in each of them, and it goes on when the tab that
// runs the commands is closed, crashes or freezes.
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { serveSite, type Site } from '../support/browsers.ts'

type Options = Parameters<typeof tab.open>[0]

export function sharedTabs(launch: () => Promise<Browser>): void {
  let site: Site
  let browser: Browser
  let context: BrowserContext
  beforeAll(async () => {
    browser = await launch()
    site = await serveSite(fileURLToPath(new URL('page', import.meta.url)), 'sw.ts')
  })
  afterAll(async () => {
    await browser?.close()
    await site?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    context = await browser.newContext()
    return () => context.close()
  })

  async function newPage(): Promise<Page> {
    const page = await context.newPage()
    await page.goto(site.url)
    return page
  }

  /** A tab with the database open. */
  async function open(options: Options = {}): Promise<Page> {
    const page = await newPage()
    await page.waitForFunction(() => 'tab' in globalThis)
    await page.evaluate((given) => tab.open(given), options)
    return page
  }

  const role = (page: Page): Promise<string> => page.evaluate(() => tab.role())
  const call = (page: Page, ...argv: [string, ...(string | number)[]]): Promise<unknown> => page.evaluate((line) => tab.call(...line), argv)
  const attempt = (page: Page, ...argv: [string, ...(string | number)[]]): Promise<unknown> =>
    page.evaluate((line) => tab.attempt(...line), argv)

  /** The thread of a tab does nothing for long (it cannot be told when to stop): others have to take over meanwhile. */
  async function freeze(page: Page, other: Page): Promise<void> {
    await page.evaluate(() => tab.freeze(10_000))
    await other.evaluate(() => tab.anotherIsFrozen())
  }

  /** Waits until some more of the numbers that a tab writes were acknowledged. */
  async function writesGoOn(page: Page): Promise<void> {
    const acknowledged = (): Promise<number> => page.evaluate(() => tab.acknowledged())
    const before = await acknowledged()
    await expect.poll(acknowledged).toBeGreaterThan(before + 10)
  }

  describe('two tabs', () => {
    test('have the same data, and one of them runs the commands', async () => {
      const [first, second] = [await open(), await open()]
      expect([await role(first), await role(second)]).toEqual(['owner', 'guest'])
      await call(first, 'SET', 'from first', '1')
      await call(second, 'SET', 'from second', 'é')
      expect(await call(second, 'GET', 'from first')).toBe('1')
      expect(await call(first, 'GET', 'from second')).toBe('é')
    })

    test('give every kind of reply and error alike', async () => {
      const tabs = [await open(), await open()]
      const lines: [string, ...(string | number)[]][] = [
        ['SET', 'text', 'value'],
        ['GET', 'missing'],
        ['HSET', 'hash', 'a', 1, 'b', 2],
        ['HGETALL', 'hash'],
        ['ZADD', 'zset', 'INCR', 1.5, 'a'],
        ['ZRANGE', 'zset', 0, -1, 'WITHSCORES'],
        ['LMPOP', 1, 'missing', 'LEFT'],
        ['SADD', 'set', 'x'],
        ['SMEMBERS', 'set'],
        ['LPUSH', 'text', 1],
        ['NONSENSE'],
        ['INCRBY', 'big', '9007199254740990'],
        ['INFO', 'keyspace'],
        ['COMMAND', 'DOCS', 'GET'],
        ['DEL', 'text', 'hash', 'zset', 'set', 'big'],
      ]
      const [fromOwner, fromGuest] = [[], []] as unknown[][]
      for (const line of lines) fromOwner.push(await attempt(tabs[0], ...line))
      for (const line of lines) fromGuest.push(await attempt(tabs[1], ...line))
      expect(fromGuest).toEqual(fromOwner)
    })

    test('run scripts, which a new owner gets to know', async () => {
      const [first, second] = [await open(), await open()]
      expect(await second.evaluate(() => tab.script('n', 2))).toEqual({ is: 2 })
      expect(await first.evaluate(() => tab.script('n', 3))).toEqual({ is: 5 })
      expect(await second.evaluate(() => tab.scriptInTransaction('n'))).toEqual([{ is: 6 }, '6'])
      await first.evaluate(() => tab.close())
      expect(await second.evaluate(() => tab.script('m', 4))).toEqual({ is: 4 })
      const third = await open()
      expect(await third.evaluate(() => tab.script('m', 1))).toEqual({ is: 5 })
    })

    test('have transactions, pipelines and WATCH', async () => {
      const [first, second] = [await open(), await open()]
      expect(await second.evaluate(() => tab.transaction())).toEqual(['OK', 2, 1, [['a', 1.5]]])
      expect(await second.evaluate(() => tab.brokenTransaction())).toEqual(await first.evaluate(() => tab.brokenTransaction()))
      expect(await second.evaluate(() => tab.pipeline())).toEqual([
        'OK',
        'RedisError: WRONGTYPE Operation against a key holding the wrong kind of value',
        'x',
      ])
      for (const [watcher, other] of [
        [first, second],
        [second, first],
      ]) {
        await call(other, 'SET', 'watched', 'a')
        const changed = watcher.evaluate(() => tab.watch('watched'))
        await other.evaluate(() => tab.blpop('seen', 10))
        await call(other, 'SET', 'watched', 'b')
        await call(other, 'RPUSH', 'go on', 1)
        expect(await changed).toBe(null)
        const unchanged = watcher.evaluate(() => tab.watch('watched'))
        await other.evaluate(() => tab.blpop('seen', 10))
        await call(other, 'RPUSH', 'go on', 1)
        expect(await unchanged).toEqual(['OK'])
        expect(await call(other, 'GET', 'watched')).toBe('b!')
      }
    })

    test('hear each other by pub/sub and wait for each other', async () => {
      const [first, second] = [await open(), await open()]
      await first.evaluate(() => tab.subscribe('news'))
      await second.evaluate(() => tab.subscribe('news'))
      expect(await call(second, 'PUBLISH', 'news', 'hello')).toBe(2)
      for (const page of [first, second]) expect(await page.evaluate(() => tab.next())).toEqual({ channel: 'news', message: 'hello' })
      const popped = second.evaluate(() => tab.blpop('queue', 0))
      await expect.poll(() => call(first, 'INFO', 'clients')).toContain('blocked_clients:1')
      await call(first, 'RPUSH', 'queue', 'job')
      expect(await popped).toEqual(['queue', 'job'])
      expect(await second.evaluate(() => tab.abortedBlpop())).toBe('TimeoutError')
      await expect.poll(() => call(first, 'INFO', 'clients')).toContain('blocked_clients:0')
    })

    test('export and import all data', async () => {
      const [first, second] = [await open(), await open()]
      await call(first, 'SET', 'large', 'text '.repeat(100_000))
      for (let i = 0; i < 20; i++) await call(first, 'HSET', `hash:${i}`, 'field', i)
      for (const page of [second, first]) {
        expect(await page.evaluate(() => tab.exportAndImport())).toEqual([
          { keys: 21, expired: 0 },
          expect.stringMatching(/^RdbError: RDB: .+ at byte \d+$/),
          21,
          'REDIS0010',
        ])
      }
    })

    test('select databases of their own; sync is for the owner', async () => {
      const [first, second] = [await open(), await open()]
      await call(second, 'SELECT', 3)
      await call(second, 'SET', 'k', 'in 3')
      expect(await call(first, 'GET', 'k')).toBe(null)
      expect(await first.evaluate(() => tab.sync())).toBe(0)
      expect(await second.evaluate(() => tab.sync())).toBe(
        'UNSUPPORTED redis.sync: another tab runs the commands: use the client without sync',
      )
    })
  })

  describe('a guest that is gone', () => {
    test('leaves no connection, subscription or waiting command behind', async () => {
      const [first, second] = [await open(), await open()]
      await second.evaluate(() => tab.subscribe('news'))
      void second.evaluate(() => tab.blpop('queue', 0)).catch(() => {})
      await expect.poll(() => call(first, 'INFO', 'clients')).toContain('blocked_clients:1')
      await second.close()
      await expect.poll(() => call(first, 'INFO', 'clients')).toContain('blocked_clients:0')
      await expect.poll(() => call(first, 'PUBSUB', 'NUMSUB', 'news')).toEqual(['news', 0])
      await call(first, 'RPUSH', 'queue', 'kept')
      expect(await call(first, 'LLEN', 'queue')).toBe(1)
    })
  })

  describe('the next tab takes over', () => {
    test('when the owner closes its client: nothing is lost, and nobody sees an error', async () => {
      const [first, second, third] = [await open(), await open(), await open()]
      await call(first, 'SET', 'kept', 'yes')
      await call(third, 'SELECT', 2)
      await third.evaluate(() => tab.subscribe('news'))
      const popped = third.evaluate(() => tab.blpop('queue', 60))
      await call(first, 'CONFIG', 'SET', 'save', '3600 1')
      const writing = second.evaluate(() => tab.writeUntilStopped('log'))
      await writesGoOn(second)
      await first.evaluate(() => tab.close())
      await writesGoOn(second)
      await second.evaluate(() => tab.stop())
      const { acknowledged, errors } = await writing
      expect(errors).toEqual([])
      expect(await role(second)).toBe('owner')
      expect(await call(second, 'GET', 'kept')).toBe('yes')
      expect(await call(second, 'LRANGE', 'log', 0, -1)).toEqual(acknowledged.map(String))
      // What lasted goes on at the new owner, and so does the selected database.
      await expect.poll(() => call(second, 'PUBLISH', 'news', 'again')).toBe(1)
      expect(await third.evaluate(() => tab.next())).toEqual({ channel: 'news', message: 'again' })
      await call(second, 'SELECT', 2)
      await call(second, 'RPUSH', 'queue', 'job')
      expect(await popped).toEqual(['queue', 'job'])
    })

    test('when the owner’s tab is closed', async () => {
      const [first, second, third] = [await open(), await open(), await open()]
      await call(third, 'SET', 'saved', 'yes')
      await call(third, 'SAVE')
      await first.close()
      expect(await call(second, 'PING')).toBe('PONG')
      expect(await call(second, 'GET', 'saved')).toBe('yes')
      expect(await call(third, 'GET', 'saved')).toBe('yes')
      expect([await role(second), await role(third)].toSorted()).toEqual(['guest', 'owner'])
    })

    test('though there is no network any more', async () => {
      const always = { config: { appendonly: 'yes', appendfsync: 'always' } }
      const [first, second] = [await open(always), await open(always)]
      await call(second, 'SET', 'written', 'yes')
      await context.route('**/*', (route) => route.abort())
      await first.close()
      expect(await call(second, 'GET', 'written')).toBe('yes')
      expect(await role(second)).toBe('owner')
    })

    test('when the owner’s tab crashes', async () => {
      const [first, second] = [await open(), await open()]
      await call(second, 'SET', 'saved', 'yes')
      await call(second, 'SAVE')
      await crash(first)
      expect(await call(second, 'GET', 'saved')).toBe('yes')
      expect(await role(second)).toBe('owner')
    })

    test('and SAVE does not promise what the tab before may not have saved', async () => {
      const [first, second, third, fourth] = [await open(), await open(), await open(), await open()]
      await call(second, 'SET', 'written before', 'yes')
      await call(fourth, 'SET', 'written in another tab', 'yes')
      await crash(first)
      // The next owner answers, so that the write goes to it.
      expect(await call(second, 'GET', 'written before')).toBe(null)
      await call(second, 'SET', 'written after', 'yes')
      await call(third, 'GET', 'written after')
      expect(await attempt(second, 'SAVE')).toMatchObject({
        code: 'CONNECTION',
        message: expect.stringContaining('what was written before'),
      })
      expect(await fourth.evaluate(() => tab.saveInPipeline())).toBe('CONNECTION')
      expect(await fourth.evaluate(() => tab.saveInPipeline())).toEqual(['OK', 'OK'])
      // That was said; and who has not written loses nothing.
      expect(await call(third, 'SAVE')).toBe('OK')
      expect(await call(second, 'SAVE')).toBe('OK')
    })

    test('and SAVE is no error where nothing can have been lost', async () => {
      // Nobody takes the database from a tab that the machine lets wait.
      const always = { patience: 30_000, config: { appendonly: 'yes', appendfsync: 'always' } }
      const [first, second, third] = [await open(always), await open(always), await open(always)]
      await call(second, 'SET', 'written before', 'yes')
      await third.evaluate(() => tab.saveInPipeline())
      await crash(first)
      expect(await call(second, 'SAVE')).toBe('OK')
      expect(await call(third, 'GET', 'written before')).toBe('yes')
      expect(await third.evaluate(() => tab.saveInPipeline())).toEqual(['OK', 'OK'])
      // It is the owner now that says whether that is so.
      await call(second, 'CONFIG', 'SET', 'appendfsync', 'everysec')
      await call(second, 'SET', 'written later', 'yes')
      await call(third, 'SET', 'written later too', 'yes')
      const [owner, guest] = (await role(second)) === 'owner' ? [second, third] : [third, second]
      await crash(owner)
      expect(await attempt(guest, 'SAVE')).toMatchObject({
        code: 'CONNECTION',
        message: expect.stringContaining('what was written before'),
      })
    })

    test('when the owner freezes; it comes back as a guest and can write nothing in between', async () => {
      const [first, second] = [await open({ patience: 300 }), await open({ patience: 300 })]
      await call(first, 'SET', 'saved', 'yes')
      await call(first, 'SAVE')
      await freeze(first, second)
      expect(await call(second, 'GET', 'saved')).toBe('yes')
      expect(await role(second)).toBe('owner')
      await call(second, 'SET', 'saved', 'later')
      await call(second, 'SAVE')
      // It wakes up, and hears that it is not the owner any more.
      await expect.poll(() => role(first)).toBe('guest')
      expect(await call(first, 'GET', 'saved')).toBe('later')
      expect(await call(first, 'SAVE')).toBe('OK')
      await second.close()
      expect(await call(first, 'GET', 'saved')).toBe('later')
    })

    test('and has what was saved as a difference to what was saved before', async () => {
      const first = await open()
      for (let i = 0; i < 100; i++) await call(first, 'SET', `key:${i}`, i)
      await call(first, 'SAVE')
      await call(first, 'SET', 'key:7', 'changed')
      await call(first, 'SAVE')
      const second = await open()
      await first.close()
      expect(await call(second, 'GET', 'key:7')).toBe('changed')
      expect(await call(second, 'DBSIZE')).toBe(100)
    })

    test('with nothing lost that was acknowledged, under appendfsync always', async () => {
      const config = { appendonly: 'yes', appendfsync: 'always' }
      const [first, second] = [await open({ config }), await open({ config })]
      const writing = second.evaluate(() => tab.writeUntilStopped('log'))
      await writesGoOn(second)
      await crash(first)
      await writesGoOn(second)
      await second.evaluate(() => tab.stop())
      const { acknowledged, errors } = await writing
      const stored = ((await call(second, 'LRANGE', 'log', 0, -1)) as string[]).map(Number)
      expect(stored.filter((each) => acknowledged.includes(each))).toEqual(acknowledged)
      // What nobody knew of may be there too, once.
      expect(errors.every((code) => code === 'CONNECTION')).toBe(true)
      expect(stored.length - acknowledged.length).toBeLessThanOrEqual(errors.length)
    })

    test('again and again, whoever is killed', { timeout: 60_000 }, async () => {
      let pages = [await open(), await open(), await open()]
      for (let round = 0; round < 4; round++) {
        await call(pages[1], 'SET', 'round', round)
        await call(pages[1], 'SAVE')
        const roles = await Promise.all(pages.map(role))
        const owner = pages[roles.indexOf('owner')]
        await crash(owner)
        pages = [...pages.filter((page) => page !== owner), await open()]
        for (const page of pages) expect(await call(page, 'GET', 'round')).toBe(String(round))
      }
    })

    test('though a tab that shares it still has the storage', async () => {
      const [owner, ...others] = [await open(), await open(), await open()]
      await call(owner, 'SET', 'a', 1)
      await call(owner, 'SAVE')
      // As a tab that was robbed while it was slow to open what it had won: it gets the storage's lock, and keeps it.
      await others[0].evaluate(() => void navigator.locks.request('isodis:shared', () => new Promise(() => {})))
      await owner.close()
      for (const other of others) expect(await call(other, 'GET', 'a')).toBe('1')
      for (const other of others) expect(await call(other, 'INCR', 'a')).toBeGreaterThan(1)
    })

    test('and gives an error for a write of which nobody knows whether it has run', async () => {
      const [first, second] = [await open({ patience: 300 }), await open({ patience: 300 })]
      await call(second, 'SET', 'a', 1)
      await call(second, 'SAVE')
      await freeze(first, second)
      const write = attempt(second, 'SET', 'a', 2)
      const read = call(second, 'GET', 'a')
      expect(await write).toMatchObject({
        code: 'CONNECTION',
        message: 'CONNECTION The tab that ran the commands is gone, and whether this one has run is not known',
      })
      expect(await read).toBe('1')
    })
  })

  describe('SHUTDOWN', () => {
    test('ends the engine, and it starts anew from what was saved', async () => {
      const [first, second] = [await open(), await open()]
      await call(second, 'SET', 'a', 1)
      await call(second, 'SAVE')
      await call(second, 'SET', 'a', 2)
      await attempt(second, 'SHUTDOWN', 'NOSAVE')
      expect(await call(first, 'GET', 'a')).toBe('1')
      expect(await call(second, 'GET', 'a')).toBe('1')
    })
  })

  describe('a service worker', () => {
    test('shares the database, and leaves it to the page, which lives longer', async () => {
      const page = await newPage()
      await page.waitForFunction(() => 'tab' in globalThis)
      await page.evaluate(() => tab.register())
      expect(await page.evaluate(() => tab.visit())).toEqual({ visits: 1, role: 'owner' })
      await page.evaluate(() => tab.open())
      await expect.poll(() => role(page)).toBe('owner')
      // Nobody had saved it.
      expect(await call(page, 'GET', 'visits')).toBe('1')
      await stopWorkers(page)
      expect(await page.evaluate(() => tab.visit())).toEqual({ visits: 2, role: 'guest' })
      expect(await call(page, 'GET', 'visits')).toBe('2')
    })
  })

  describe('a tab that does not share', () => {
    test('gets a clear error while others share, or waits', async () => {
      const first = await open()
      const other = await newPage()
      await other.waitForFunction(() => 'tab' in globalThis)
      expect(await other.evaluate(() => tab.openAlone(100))).toBe(
        'StorageError: the storage "isodis:shared" belongs to another client, tab or worker: `shared: true` would share it',
      )
      const waiting = other.evaluate(() => tab.openAlone(Infinity))
      await call(first, 'SET', 'a', 1)
      await call(first, 'SAVE')
      await first.close()
      expect(await waiting).toBe('1 key')
    })
  })
}

/** Ends the page's process, as a crash does. Only Chromium can be told to; in another browser the tab is closed. */
async function crash(page: Page): Promise<void> {
  if (page.context().browser()?.browserType().name() !== 'chromium') return page.close()
  const session = await page.context().newCDPSession(page)
  // The answer never comes.
  void session.send('Page.crash').catch(() => {})
  await page.waitForEvent('crash')
}

/** Ends service workers, as a browser does. Only Chromium can be told to. */
async function stopWorkers(page: Page): Promise<void> {
  if (page.context().browser()?.browserType().name() !== 'chromium') return
  const session = await page.context().newCDPSession(page)
  await session.send('ServiceWorker.enable')
  await session.send('ServiceWorker.stopAllWorkers')
}
