// A lock that is slow to come is not taken for one that another tab has.
import { afterEach, expect, test, vi } from 'vitest'
import { holdLock } from '../../src/adapters/storage/web-lock.ts'

afterEach(() => vi.unstubAllGlobals())

/** Locks of a browser that lets the first request time out. @param held the names of the locks that others hold */
function slowLocks(held: string[]): { requests: number } {
  const seen = { requests: 0 }
  const request = (_name: string, _options: object, granted: () => Promise<void>): Promise<void> =>
    seen.requests++ === 0 ? Promise.reject(new DOMException('too late', 'TimeoutError')) : granted()
  vi.stubGlobal('navigator', { locks: { request, query: async () => ({ held: held.map((name) => ({ name })) }) } })
  return seen
}

test('a free lock is asked for again', async () => {
  const seen = slowLocks(['another'])
  const giveBack = await holdLock('mine', 10)
  expect([seen.requests, giveBack.isLost()]).toEqual([2, false])
  giveBack()
})

test('a lock that another has is refused', async () => {
  const seen = slowLocks(['mine'])
  await expect(holdLock('mine', 10)).rejects.toThrow('the storage "mine" belongs to another tab or worker')
  expect(seen.requests).toBe(1)
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
