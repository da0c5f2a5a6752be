// The entry `isodis/testing`: databases for tests, each its own, with a clock to move, a seed, and faults to order.
import { admin } from '../core/admin/admin.ts'
import type { Engine } from '../core/engine/engine.ts'
import type { Random } from '../core/engine/ports.ts'
import { createRedis, EmbeddedRedis, type RedisOptions } from './memory.ts'
import { TestClock } from './testing/clock.ts'
import { Faults } from './testing/faults.ts'

export { TestClock } from './testing/clock.ts'
export { Faults, type DropOptions, type Fault, type FaultOptions } from './testing/faults.ts'

/** For `createTestRedis` and `redisFixture`. */
export interface TestOptions extends Omit<RedisOptions, 'clock' | 'random'> {
  /** The time at the start. Default: now */
  now?: number | Date | undefined
  /** Whether time also passes by itself, for code that waits on its own timers. Default: false, only the test moves it */
  running?: boolean | undefined
  /** The seed of the random numbers: with the same seed and the same commands, replies are the same. Default: 1 */
  seed?: number | undefined
}

/** A client on a database of its own, with a clock and faults for the test to control. */
export class TestRedis extends EmbeddedRedis {
  /** The time of the database: `await redis.clock.advance(1000)` moves it on by a second. */
  readonly clock: TestClock
  /** Makes commands fail: `redis.faults.fail('OOM ...', { command: 'SET' })`. */
  readonly faults: Faults

  constructor(engine: Engine, clock: TestClock) {
    super(engine)
    this.clock = clock
    this.faults = new Faults(engine)
  }
}

/** Creates an empty database that shares nothing with others. It takes tens of microseconds, so each test can have one. */
export async function createTestRedis(options: TestOptions = {}): Promise<TestRedis> {
  const { now = Date.now(), running = false, seed = 1, ...others } = options
  const clock = new TestClock(Number(now), running)
  const { engine } = await createRedis({ ...others, admin: others.admin ?? admin, clock, random: seeded(seed) })
  return new TestRedis(engine, clock)
}

/**
 * Fixtures for vitest: each test that names `redis` gets a database of its own, which is closed after the test.
 * @example const it = test.extend(redisFixture())
 */
export function redisFixture(options: TestOptions = {}): {
  redis: (context: object, use: (redis: TestRedis) => Promise<void>) => Promise<void>
} {
  return {
    // oxlint-disable-next-line no-empty-pattern -- by its pattern vitest sees which other fixtures it needs
    redis: async ({}, use) => {
      const redis = await createTestRedis(options)
      try {
        await use(redis)
      } finally {
        await redis.close()
      }
    },
  }
}

/** Numbers from 0 up to 1 that look random: https://www.jstatsoft.org/article/view/v008i14 with a multiplication that hides its pattern. */
function seeded(seed: number): Random {
  let state = Math.imul(Math.trunc(seed) ^ 0x9e3779b9, 0x85ebca6b) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (Math.imul(state, 0x2545f491) >>> 0) / 2 ** 32
  }
}
