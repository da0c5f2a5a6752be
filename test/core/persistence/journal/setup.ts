// An engine with a journal in memory whose time and storage a test moves and breaks by hand.
import { createRedis, type EmbeddedRedis, RedisError } from '../../../../src/adapters/memory.ts'
import { type MemoryStorage, memoryStorage } from '../../../../src/adapters/storage/memory.ts'
import { type FaultyStorage, faultyStorage } from '../../../support/faulty-storage.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

export interface Setup {
  redis: EmbeddedRedis
  clock: ManualClock
  storage: FaultyStorage
  memory: MemoryStorage
  log: string[]
  /** What the next engine finds. */
  found(): Promise<EmbeddedRedis>
}

export interface Options {
  /** Whether the store can sync beside appends, as files can. */
  quick?: boolean
  appendfsync?: string
  memory?: MemoryStorage
  config?: Record<string, string>
}

export async function setup({
  appendfsync = 'always',
  memory = memoryStorage(),
  config = {},
  quick = false,
}: Options = {}): Promise<Setup> {
  if (quick) Object.assign(memory.journal, { sync: async () => {} })
  const clock = new ManualClock()
  const storage = faultyStorage(memory)
  const log: string[] = []
  const redis = await createRedis({
    storage,
    save: '',
    clock,
    log: (level, message) => log.push(`${level}: ${message}`),
    config: { appendonly: 'yes', appendfsync, ...config },
  })
  storage.calls.length = 0
  log.length = 0
  const found = (): Promise<EmbeddedRedis> =>
    createRedis({ storage: copyOf(memory), save: '', clock: new ManualClock(clock.now()), config: { appendonly: 'yes' } })
  return { redis, clock, storage, memory, log, found }
}

/** What a crash at this moment would leave. */
export function copyOf(memory: MemoryStorage): MemoryStorage {
  const copy = memoryStorage(memory.snapshot)
  copy.journal.written = memory.journal.written?.map(({ base, chunks }) => ({ base, chunks: chunks.slice() })) ?? null
  return copy
}

export async function exported(redis: EmbeddedRedis): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of redis.exportRdb()) chunks.push(chunk)
  return chunks
}

export async function info(redis: EmbeddedRedis): Promise<Record<string, string>> {
  const lines = (await redis.info('persistence')).split('\r\n').filter((line) => line.includes(':'))
  return Object.fromEntries(lines.map((line) => line.split(':') as [string, string]))
}

export const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(String, (error: unknown) => (error instanceof RedisError ? error.message : String(error)))
export const pending = async (promise: Promise<unknown>): Promise<boolean> => {
  let done = false
  void promise.then(() => (done = true), () => (done = true)) // prettier-ignore
  await settled()
  return !done
}
