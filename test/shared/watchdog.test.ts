// When an owner that says nothing is suspected, in a tab whose own timers may be late.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Watchdog } from '../../src/adapters/shared/watchdog.ts'

const PATIENCE_MS = 300

let clock: number
let seen: string[]
let dog: Watchdog
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  clock = 0
  vi.spyOn(performance, 'now').mockImplementation(() => clock)
  seen = []
  dog = new Watchdog(PATIENCE_MS, { isBusy: () => true, ping: () => seen.push('ping'), suspect: () => seen.push('suspect') })
})
afterEach(() => {
  dog.stop()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Lets the next timer run. @param after how long after it was set */
function look(after: number): void {
  clock += after
  vi.advanceTimersToNextTimer()
}

test('an owner that does not answer is asked, and suspected when the next timer is in time', () => {
  dog.watch()
  look(100)
  expect(seen).toEqual(['ping'])
  look(100)
  expect(seen).toEqual(['ping', 'suspect'])
})

test('one that answers is not', () => {
  dog.watch()
  for (let i = 0; i < 3; i++) {
    look(100)
    dog.heard()
    look(100)
  }
  expect(seen).toEqual(['ping', 'ping', 'ping'])
})

test('a timer that is late may be followed by the answer; where all are late, as in a hidden tab, that is not waited for without end', () => {
  dog.watch()
  look(1000)
  look(1000)
  expect(seen).toEqual(['ping'])
  dog.heard()
  for (let i = 0; i < 5; i++) look(1000)
  expect(seen).toEqual(['ping', 'ping'])
  look(1000)
  expect(seen).toEqual(['ping', 'ping', 'suspect'])
})

test('one that was asked before the computer fell asleep is waited for after that', () => {
  dog.watch()
  look(100)
  look(8 * 3_600_000)
  expect(seen).toEqual(['ping'])
  dog.heard()
  look(100)
  look(100)
  look(3_600_000)
  look(100)
  expect(seen).toEqual(['ping', 'ping', 'suspect'])
})

test.for([100 * 86_400_000, Infinity])('patience of %d ms, longer than a timer lasts, does not end at once', (patience) => {
  const long = new Watchdog(patience, { isBusy: () => true, ping: () => seen.push('ping'), suspect: () => seen.push('suspect') })
  long.watch()
  vi.advanceTimersByTime(60_000)
  long.stop()
  expect(seen).toEqual([])
})
