// Members of one shared database in one process, with locks of our own: what happens at moments that a browser rarely shows.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRedis, type SharedRedis, type Storage } from '../../src/adapters/memory.ts'
import type { Answers, Notice, Requests } from '../../src/adapters/shared/wire.ts'
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
  expect(second.role).toBe('owner')
  await expect(first.get('a')).rejects.toThrow('Errors trying to SHUTDOWN')
  await second.close()
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
      if (notice.is === 'hello') say({ is: 'owner', owner })
      if (notice.is !== 'join') return
      const guest = new BroadcastChannel(`${NAME}:${notice.tab}`)
      const answer = (...answers: Answers['answers']): void => guest.postMessage({ owner, answers, safe: false } satisfies Answers)
      requests.onmessage = ({ data }) => {
        for (const { id, op } of (data as Requests).requests) {
          if (op !== 'call') continue
          if (selected++ === 0) answer({ id, is: 'reply', reply: { kind: 0, value: 'OK' } })
          else say({ is: 'claim', owner: 'nobody' })
        }
      }
      answer({ id: 0, is: 'welcome' })
    }
    opened.push(requests)
  }
  const opened: BroadcastChannel[] = [everyone]
  reign('one')
  const redis = await open(memoryStorage())
  await redis.call('SELECT', '3')
  reign('two')
  say({ is: 'owner', owner: 'two' })
  await expect.poll(() => selected).toBe(2)
  await turns()
  giveBack()
  expect(await redis.set('a', 1)).toBe('OK')
  await redis.close()
  for (const channel of opened) channel.close()
})
