// A lock that is slow to come is not taken for one that another tab has.
import { afterEach, expect, test, vi } from 'vitest'
import { holdLock } from '../../src/adapters/storage/web-lock.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** Locks of a browser that is slow to give them. @param query what it answers: the names that others hold, after `give` or not */
function slowLocks(query: (give: () => void) => string[]): { requests: number; queries: number } {
  const seen = { requests: 0, queries: 0 }
  let give = (): void => {}
  const request = (_name: string, { signal }: { signal: AbortSignal }, granted: () => Promise<void>): Promise<void> => {
    seen.requests++
    return new Promise((resolve, reject) => {
      give = () => resolve(granted())
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  }
  const answer = async (): Promise<object> => {
    seen.queries++
    return { held: query(give).map((name) => ({ name, clientId: 'another tab' })) }
  }
  vi.stubGlobal('navigator', { locks: { request, query: answer } })
  return seen
}

test('a free lock is waited for', async () => {
  const seen = slowLocks((give) => {
    if (seen.queries === 3) give()
    return seen.queries === 3 ? ['another', 'mine'] : ['another']
  })
  const giveBack = await holdLock('mine', 10)
  expect([seen, giveBack.isLost()]).toEqual([{ requests: 1, queries: 3 }, false])
  giveBack()
})

test('a lock that another has is refused', async () => {
  const seen = slowLocks(() => ['mine'])
  await expect(holdLock('mine', 10)).rejects.toMatchObject({
    message: expect.stringContaining('the storage "mine" belongs to another client, tab or worker'),
    holder: 'another tab',
  })
  expect(seen).toEqual({ requests: 1, queries: 1 })
})

test('a lock that another has is waited for longer than a timer lasts, if that is wanted', async () => {
  const seen = slowLocks(() => ['mine'])
  const day = 86_400_000
  vi.useFakeTimers()
  const waiting = expect(holdLock('mine', 30 * day)).rejects.toThrow('belongs to another')
  await vi.advanceTimersByTimeAsync(29 * day)
  expect(seen.queries).toBe(0)
  await vi.advanceTimersByTimeAsync(day)
  await waiting
})

test('a browser that cannot say who has the lock gives its error', async () => {
  const cause = new Error('no answer')
  slowLocks(() => {
    throw cause
  })
  await expect(holdLock('mine', 10)).rejects.toBe(cause)
})

test('a page that may have no storage gets an error that says so', async () => {
  const cause = new DOMException('The request was denied.', 'SecurityError')
  const refuse = (): Promise<never> => Promise.reject(cause)
  vi.stubGlobal('navigator', { locks: { request: refuse, query: refuse } })
  await expect(holdLock('mine', 10)).rejects.toMatchObject({
    name: 'StorageError',
    message: 'the browser denies this page its storage',
    cause,
  })
})
