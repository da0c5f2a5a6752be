// Every state of the save lock, and what each command gets in it.
import { describe, expect, test } from 'vitest'
import { SaveLock } from '../../../src/core/persistence/save-lock.ts'
import { ReplyError, Status } from '../../../src/core/reply.ts'

const outcome = (run: () => unknown): unknown => {
  try {
    const reply = run()
    return reply instanceof Status ? `+${reply.text}` : (reply ?? null)
  } catch (error) {
    return error instanceof ReplyError ? `-${error.text}` : error
  }
}
/** A lock that something holds already. */
const heldBy = (holder: 'save' | 'bgsave' | 'rewrite'): SaveLock => {
  const lock = new SaveLock()
  if (holder === 'save') lock.save()
  else if (holder === 'bgsave') lock.bgsave(false)
  else lock.rewrite()
  return lock
}
const IN_PROGRESS = '-ERR Background save already in progress'

describe('the save lock', () => {
  test('when free goes to whoever asks', () => {
    const takers: ['save' | 'rewrite', (lock: SaveLock) => unknown][] = [
      ['save', (lock) => lock.save()],
      ['save', (lock) => lock.bgsave(false)],
      ['save', (lock) => lock.bgsave(true)],
      ['rewrite', (lock) => lock.rewrite()],
    ]
    for (const [what, take] of takers) {
      const lock = new SaveLock()
      expect(outcome(() => take(lock))).toBe(null)
      expect(lock.free).toBe(false)
      expect(lock.release(what)).toBe('none')
      expect(lock.free).toBe(true)
    }
  })

  test('is refused to everybody while a save has it, its holder included', () => {
    for (const holder of ['save', 'bgsave'] as const) {
      expect(outcome(() => heldBy(holder).save())).toBe(IN_PROGRESS)
      expect(outcome(() => heldBy(holder).bgsave(false))).toBe(IN_PROGRESS)
      expect(outcome(() => heldBy(holder).bgsave(true))).toBe(IN_PROGRESS)
    }
  })

  test('a refusal changes nothing', () => {
    const lock = heldBy('bgsave')
    outcome(() => lock.bgsave(true))
    expect([lock.saving, lock.release('save')]).toEqual([true, 'none'])
  })

  test('BGREWRITEAOF waits for a save, and only once for itself', () => {
    const lock = heldBy('bgsave')
    expect(outcome(() => lock.rewrite())).toBe('+Background append only file rewriting scheduled')
    expect(outcome(() => lock.rewrite())).toBe('+Background append only file rewriting scheduled')
    expect(lock.rewriteScheduled).toBe(true)
    expect(lock.release('save')).toBe('rewrite')
    expect(outcome(() => heldBy('rewrite').rewrite())).toBe('-ERR Background append only file rewriting already in progress')
  })

  test('BGSAVE during a rewrite is refused, unless it is to be scheduled', () => {
    const lock = heldBy('rewrite')
    expect(outcome(() => lock.bgsave(false))).toBe(
      "-ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
    )
    expect(outcome(() => lock.bgsave(true))).toBe('+Background saving scheduled')
    expect(lock.release('rewrite')).toBe('bgsave')
  })

  test('a rewrite does not hold SAVE back', () => {
    const lock = heldBy('rewrite')
    expect(outcome(() => lock.save())).toBe(null)
    expect(lock.release('save')).toBe('none')
    expect([lock.rewriting, lock.free]).toEqual([true, false])
    lock.bgsave(true)
    lock.save()
    expect(lock.release('rewrite')).toBe('none') // the save still runs
    expect(lock.release('save')).toBe('bgsave')
  })
})
