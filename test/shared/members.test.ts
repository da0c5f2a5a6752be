// Members of one shared database in one process, with locks of our own: what happens at moments that a browser rarely shows.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRedis, type SharedRedis, type Storage } from '../../src/adapters/memory.ts'
import { type Answers, type Notice, type Requests, WIRE } from '../../src/adapters/shared/wire.ts'
import { memoryStorage } from '../../src/adapters/storage/memory.ts'
import { TakenOverError } from '../../src/core/persistence/storage.ts'
import { faultyStorage } from '../support/faulty-storage.ts'
import { Locks } from '../support/lock-manager.ts'

const NAME = 'isodis:shared:memory'

let locks: Locks
beforeEach(() => {
  locks = new Locks()
  vi.stubGlobal('navigator', { locks })
})
afterEach(() => void vi.unstubAllGlobals())

const open = (storage: Storage): Promise<SharedRedis> => createRedis({ storage, save: '1000 1', shared: { patience: 60_000 } })
/** Messages between members take turns of the host. */
const turns = async (): Promise<void> => {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

test('an owner that cannot save its last changes because another has taken over does not go on as a second owner', async () => {
  const memory = memoryStorage()
  const storage = faultyStorage(memory)
  const first = await open(storage)
  const second = await open(memory)
  await first.set('a', 1)
  let giveBack: Promise<() => void> | null = null
  storage.before = (call) => {
    if (call !== 'commit') return
    giveBack = locks.steal(`${NAME}:owner`)
    throw new TakenOverError('taken over')
  }
  await expect(first.close()).rejects.toThrow('Errors trying to SHUTDOWN')
  await turns()
  const written = second.set('b', 1)
  await turns()
  ;(await giveBack!)()
  expect(await written).toBe('OK')
  await expect.poll(() => second.role).toBe('owner')
  await expect(first.get('a')).rejects.toThrow('Errors trying to SHUTDOWN')
  await second.close()
})

test('a tab is told when its role changes, and not of the first or of its end', async () => {
  const memory = memoryStorage()
  const told: string[] = []
  const openTab = (name: string): Promise<SharedRedis> =>
    createRedis({ storage: memory, save: '1000 1', shared: { patience: 60_000, onRole: (role) => told.push(`${name}: ${role}`) } })
  const first = await openTab('first')
  const second = await openTab('second')
  await turns()
  expect([first.role, second.role, told]).toEqual(['owner', 'guest', []])
  const giveBack = await locks.steal(`${NAME}:owner`)
  await expect.poll(() => [first.role, told]).toEqual(['guest', ['first: guest']])
  giveBack()
  await expect.poll(() => [second.role, told]).toEqual(['owner', ['first: guest', 'second: owner']])
  expect(await first.set('a', 1)).toBe('OK')
  await second.close()
  await expect.poll(() => [first.role, told]).toEqual(['owner', ['first: guest', 'second: owner', 'first: owner']])
  await first.close()
  await turns()
  expect(told).toHaveLength(3)
})

test('who comes while the owner closes is served by the next owner', async () => {
  const memory = memoryStorage()
  const storage = faultyStorage(memory)
  const first = await open(storage)
  await first.set('a', 1)
  let release = (): void => {}
  storage.before = (call) => (call === 'commit' ? new Promise((resolve) => (release = resolve)) : undefined)
  const closed = first.close()
  const closedAgain = first.close()
  await turns()
  const written = open(memory).then(async (second) => ({ second, reply: await second.set('b', 1) }))
  await turns()
  release()
  await Promise.all([closed, closedAgain])
  const { second, reply } = await written
  expect(reply).toBe('OK')
  expect(await second.mget('a', 'b')).toEqual(['1', '1'])
  await second.close()
})

test('an owner that is gone before it has answered a newcomer leaves no error behind', async () => {
  const giveBack = await locks.steal(`${NAME}:owner`)
  const everyone = new BroadcastChannel(NAME)
  const say = (notice: Notice): void => everyone.postMessage(notice)
  let selected = 0
  /** Answers a guest as an owner would, up to a second SELECT. */
  const reign = (owner: string): void => {
    const requests = new BroadcastChannel(`${NAME}:${owner}`)
    everyone.onmessage = (event) => {
      const notice = (event as { data: Notice }).data
      if (notice.is === 'hello') say({ is: 'owner', owner, wire: WIRE })
      if (notice.is !== 'join') return
      const guest = new BroadcastChannel(`${NAME}:${notice.tab}`)
      const answer = (...answers: Answers['answers']): void => guest.postMessage({ owner, answers, safe: false } satisfies Answers)
      requests.onmessage = ({ data }) => {
        for (const { id, op } of (data as Requests).requests) {
          if (op !== 'call') continue
          if (selected++ === 0) answer({ id, is: 'reply', reply: { kind: 0, value: 'OK' } })
          else say({ is: 'claim', owner: 'nobody', wire: WIRE })
        }
      }
      answer({ id: notice.first, is: 'welcome' })
    }
    opened.push(requests)
  }
  const opened: BroadcastChannel[] = [everyone]
  reign('one')
  const redis = await open(memoryStorage())
  await redis.call('SELECT', '3')
  reign('two')
  say({ is: 'owner', owner: 'two', wire: WIRE })
  await expect.poll(() => selected).toBe(2)
  await turns()
  giveBack()
  expect(await redis.set('a', 1)).toBe('OK')
  await redis.close()
  for (const channel of opened) channel.close()
})

test('a tab whose locks the browser has taken comes back as a new tab, as owner and as guest', async () => {
  const memory = memoryStorage()
  const openTab = async (): Promise<{ redis: SharedRedis; seize: () => void }> => {
    const tab = locks.ofTab()
    vi.stubGlobal('navigator', { locks: tab })
    return { redis: await open(memory), seize: () => tab.seize() }
  }
  const tabs = [await openTab(), await openTab(), await openTab()]
  const values = (): Promise<unknown[]> => Promise.all(tabs.map(({ redis }) => redis.get('a')))
  await tabs[0].redis.set('a', 1)
  await tabs[0].redis.save()
  const heard = await tabs[1].redis.subscribe('news')
  for (const { seize } of tabs) {
    seize()
    await turns()
    expect(await values()).toEqual(['1', '1', '1'])
    await expect.poll(() => tabs.map(({ redis }) => redis.role).toSorted()).toEqual(['guest', 'guest', 'owner'])
  }
  expect(await tabs[2].redis.publish('news', 'hello')).toBe(1)
  expect((await heard.next()).value).toEqual({ channel: 'news', message: 'hello' })
  // Each is in line again.
  while (tabs.length > 1) {
    const owner = tabs.findIndex(({ redis }) => redis.role === 'owner')
    await tabs.splice(owner, 1)[0].redis.close()
    await turns()
    expect(new Set(await values())).toEqual(new Set(['1']))
  }
  await tabs[0].redis.close()
})

test('a guest that took itself for the owner in between is welcome a second time', async () => {
  const redis = await open(memoryStorage())
  await redis.set('a', 1)
  void locks.request(`${NAME}:sleeper`, {}, () => new Promise(() => {}))
  const everyone = new BroadcastChannel(NAME)
  let owner = ''
  everyone.onmessage = (event) => {
    const notice = (event as { data: Notice }).data
    if (notice.is === 'owner') owner = notice.owner
  }
  everyone.postMessage({ is: 'hello' } satisfies Notice)
  await expect.poll(() => owner).not.toBe('')
  const heard: Answers['answers'][number][] = []
  const answers = new BroadcastChannel(`${NAME}:sleeper`)
  answers.onmessage = (event) => heard.push(...(event as { data: Answers }).data.answers)
  const requests = new BroadcastChannel(`${NAME}:${owner}`)
  for (const first of [100, 200]) {
    everyone.postMessage({ is: 'join', owner, tab: 'sleeper', first, stays: true } satisfies Notice)
    await expect.poll(() => heard.at(-1)).toEqual({ id: first, is: 'welcome' })
    const call = { id: first + 1, connection: 0, op: 'call', argv: ['GET', 'a'], blocking: false } as const
    requests.postMessage({ tab: 'sleeper', requests: [call] } satisfies Requests)
    await expect.poll(() => heard.at(-1)).toMatchObject({ id: first + 1, is: 'reply' })
  }
  expect(heard).toHaveLength(4)
  await expect.poll(() => redis.call('INFO', 'clients')).toContain('connected_clients:2')
  for (const channel of [everyone, answers, requests]) channel.close()
  await redis.close()
})

/** A browser ends it half a minute after its last event, whatever it does for others. */
async function openServiceWorker(storage: Storage, save = '1000 1', appendonly = 'no'): Promise<SharedRedis> {
  vi.stubGlobal('skipWaiting', () => {})
  const redis = await createRedis({ storage, save, config: { appendonly }, shared: { patience: 60_000 } })
  vi.stubGlobal('skipWaiting', undefined)
  return redis
}

test.each([
  { how: 'save rules', save: '1000 1', appendonly: 'no' },
  { how: 'no rules', save: '', appendonly: 'no' },
  { how: 'a journal', save: '', appendonly: 'yes' },
])('a service worker hands the database over to the first page, with all that was written, by $how', async ({ save, appendonly }) => {
  const memory = memoryStorage()
  const openPage = (): Promise<SharedRedis> => createRedis({ storage: memory, save, config: { appendonly }, shared: { patience: 60_000 } })
  const worker = await openServiceWorker(memory, save, appendonly)
  const otherWorker = await openServiceWorker(memory, save, appendonly)
  await worker.set('a', 1)
  expect([worker.role, otherWorker.role]).toEqual(['owner', 'guest'])
  const popped = worker.blpop('queue', 0)
  const heard = await worker.subscribe('news')
  const page = await openPage()
  await expect.poll(() => [page.role, worker.role]).toEqual(['owner', 'guest'])
  expect([await page.get('a'), await otherWorker.get('a')]).toEqual(['1', '1'])
  // What it had begun goes on, and SAVE has nothing to warn of.
  expect(await worker.save()).toBe('OK')
  await expect.poll(() => page.publish('news', 'hello')).toBe(1)
  expect((await heard.next()).value).toEqual({ channel: 'news', message: 'hello' })
  await page.rpush('queue', 'job')
  expect(await popped).toEqual(['queue', 'job'])
  // A page keeps it, and what a worker gets when the last one is gone goes to the next.
  const second = await openPage()
  expect([page.role, second.role]).toEqual(['owner', 'guest'])
  await page.save()
  await Promise.all([page.close(), second.close()])
  await worker.incr('a')
  await expect.poll(() => [worker.role, otherWorker.role].toSorted()).toEqual(['guest', 'owner'])
  const third = await openPage()
  expect(await third.get('a')).toBe('2')
  await expect.poll(() => third.role).toBe('owner')
  for (const redis of [worker, otherWorker, third]) await redis.close()
})

test('a service worker that cannot save keeps the database', async () => {
  const storage = faultyStorage(memoryStorage())
  const worker = await openServiceWorker(storage)
  await worker.set('a', 1)
  storage.before = (call) => {
    if (call === 'commit') throw new Error('full')
  }
  const page = await open(storage)
  expect([await page.get('a'), await worker.get('a'), page.role, worker.role]).toEqual(['1', '1', 'guest', 'owner'])
  await turns()
  expect(storage.calls.filter((call) => call === 'commit')).toHaveLength(1)
  storage.before = () => {}
  await page.save()
  await worker.close()
  expect(await page.get('a')).toBe('1')
  await page.close()
})

test.each(['chunk', 'commit'])('what a service worker has begun when it hands over is done (%s)', async (at) => {
  const storage = faultyStorage(memoryStorage())
  const worker = await openServiceWorker(storage)
  await worker.set('a', 1)
  let release = (): void => {}
  storage.before = (call) => (call === at ? new Promise((resolve) => (release = resolve)) : undefined)
  const saved = worker.save()
  await turns()
  const opened = open(storage)
  await turns()
  const written = worker.incr('a')
  const closed = turns().then(() => worker.close())
  storage.before = () => {}
  release()
  expect(await saved).toBe('OK')
  const page = await opened
  expect(await written).toBe(2)
  await closed
  expect(await page.get('a')).toBe('2')
  await page.close()
})

test('a page that may have no locks gets an error', async () => {
  const denied = new DOMException('Access to the Locks API is denied in this context.', 'SecurityError')
  vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(denied) } })
  const error = { message: 'UNSUPPORTED shared: the browser denies this page Web Locks', cause: denied }
  await expect(open(memoryStorage())).rejects.toMatchObject(error)
  // As Firefox does where cookies are blocked.
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      constructor() {
        throw denied
      }
    },
  )
  await expect(open(memoryStorage())).rejects.toMatchObject(error)
})

test('a tab from before an update says so when a tab of the new version has the database, rather than misunderstand it', async () => {
  const memory = memoryStorage()
  const first = await open(memory)
  const second = await open(memory)
  await second.set('a', 1)
  const everyone = new BroadcastChannel(NAME)
  everyone.postMessage({ is: 'owner', owner: 'newer', wire: WIRE + 1 })
  await expect
    .poll(() => second.get('a').catch(String))
    .toContain('UNSUPPORTED the tab that has the database runs another version of isodis')
  expect(await first.get('a')).toBe('1') // it has the database itself, and will be told if it has lost it
  await first.close()
  everyone.onmessage = ({ data }) => {
    if ((data as Notice).is === 'hello') everyone.postMessage({ is: 'owner', owner: 'newer', wire: WIRE + 1 })
  }
  const giveBack = await locks.steal(`${NAME}:owner`)
  await expect(open(memory)).rejects.toThrow('runs another version of isodis')
  giveBack()
  everyone.close()
})
