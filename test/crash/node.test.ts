// `isodis serve` on files, killed at random moments of writes, saves and rewrites: after each start everything that was
// promised is there, and nothing half. ISODIS_CRASHES says how often (default 12, `npm run crash` 200).
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCommand, CommandLine } from '../support/command-line.ts'
import { startRedisServer } from '../support/redis-server.ts'
import { RespClient } from '../support/resp-client.ts'

const crashes = Number(process.env['ISODIS_CRASHES'] ?? 12)
const seed = Number(process.env['ISODIS_SEED'] ?? Date.now() % 1_000_000)
/** How long a server lives at most, once it answers. */
const LIFE_MS = 120
/** One crash in so many is looked at by a real redis-server too. */
const REFERENCE_EVERY = 6

let file: string
beforeAll(async () => {
  file = await buildCommand()
})
afterAll(() => rm(dirname(file), { recursive: true, force: true }))

/** Numbers that look like chance, the same ones for the same seed. */
function chance(from: number): () => number {
  let state = from
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface Mode {
  readonly options: readonly string[]
  /** What is called again and again besides the writes. */
  readonly disturbance: readonly string[]
  /** Whether a write that was answered is promised, or only one that was saved. */
  readonly everyWrite: boolean
}

const journal = (appendfsync: string): string[] => ['--appendonly', 'yes', '--appendfsync', appendfsync]
const REWRITES_SOON = ['--config', 'auto-aof-rewrite-min-size=4096', '--config', 'auto-aof-rewrite-percentage=20']

const MODES: Readonly<Record<string, Mode>> = {
  'appendfsync always, with rewrites': {
    options: journal('always'),
    disturbance: ['BGREWRITEAOF'],
    everyWrite: true,
  },
  'appendfsync always, with saves and rewrites that start by themselves': {
    options: [...journal('always'), ...REWRITES_SOON],
    disturbance: ['BGSAVE'],
    everyWrite: true,
  },
  'appendfsync everysec, with rewrites': {
    options: journal('everysec'),
    disturbance: ['BGREWRITEAOF'],
    everyWrite: true,
  },
  'appendfsync no, with saves and rewrites that start by themselves': {
    options: [...journal('no'), ...REWRITES_SOON],
    disturbance: ['BGSAVE'],
    everyWrite: true,
  },
  'snapshots alone': { options: ['--save', ''], disturbance: ['BGSAVE'], everyWrite: false },
}

/** Step `i` is a transaction that can be seen to be whole: a counter, the steps in a list, a key of its own now and then. */
const step = (i: number): string[][] => [
  ['MULTI'],
  ['INCR', 'counter'],
  ['RPUSH', 'steps', String(i)],
  ['HSET', 'hash', `field${i % 500}`, String(i)],
  ['SET', `key${i}`, `value ${i} ${'x'.repeat(i % 300)}`, 'PX', '100000000'],
  ['DEL', `key${i - 400}`],
  ['EXEC'],
]

/** What is there. @throws AssertionError if it is not exactly that what some number of steps leaves */
async function stepsIn(client: RespClient): Promise<number> {
  const value = async (...argv: string[]): Promise<unknown> => (await client.call(...argv)).value
  const counter = Number((await value('GET', 'counter')) ?? 0)
  expect(Number(await value('LLEN', 'steps'))).toBe(counter)
  if (counter === 0) return 0
  expect(await value('LINDEX', 'steps', '-1')).toBe(String(counter))
  expect(await value('HGET', 'hash', `field${counter % 500}`)).toBe(String(counter))
  const kept = Math.min(counter, 400)
  expect(Number(await value('DBSIZE'))).toBe(kept + 3)
  for (let i = counter - kept + 1; i <= counter; i += 37) expect(await value('GET', `key${i}`)).toBe(`value ${i} ${'x'.repeat(i % 300)}`)
  expect(await value('GET', `key${counter}`)).not.toBe(null)
  return counter
}

describe.each(Object.entries(MODES))(`isodis serve killed (seed ${seed}): %s`, (_name, { options, disturbance, everyWrite }) => {
  test(`${crashes} times loses nothing that was promised`, { timeout: 60_000 + crashes * 5000 }, async () => {
    const random = chance(seed)
    const dir = await mkdtemp(join(tmpdir(), 'isodis-crash-'))
    const socket = join(dir, 'socket')
    let promised = 0
    let written = 0
    for (let crash = 0; crash <= crashes; crash++) {
      await rm(socket, { force: true })
      const command = new CommandLine(file, 'serve', '--unixsocket', socket, '--dir', dir, ...options)
      await command.says(/Ready to accept connections/)
      const client = await RespClient.connect({ path: socket })
      const found = await stepsIn(client)
      expect(found).toBeGreaterThanOrEqual(promised)
      expect(found).toBeLessThanOrEqual(written)
      promised = written = found
      if (crash === crashes) {
        client.close()
        command.process.kill('SIGKILL')
        await command.ended
        break
      }
      const disturber = await RespClient.connect({ path: socket })
      const kill = new Promise<void>((resolve) => {
        setTimeout(() => {
          command.process.kill('SIGKILL')
          resolve()
        }, random() * LIFE_MS)
      })
      void (async () => {
        for (;;) {
          await disturber.call(...disturbance)
          await new Promise((resolve) => setTimeout(resolve, random() * 20))
        }
      })().catch(() => {})
      const writing = (async () => {
        for (;;) {
          const many = 1 + Math.floor(random() * 40)
          const commands = Array.from({ length: many }, (_, i) => step(written + i + 1)).flat()
          written += many
          const replies = await client.pipeline(commands)
          expect(replies.filter(({ type }) => type === '-')).toEqual([])
          if (everyWrite) promised = written
          else if (random() < 0.2) {
            const before = written
            // SAVE is refused while BGSAVE runs; only an OK is a promise.
            if ((await client.call('SAVE')).value === 'OK') promised = before
          }
        }
      })().catch((error: unknown) => error)
      await kill
      await command.ended
      disturber.close()
      client.close()
      const ended = await writing
      if (ended instanceof Error && ended.name === 'AssertionError') throw ended
      if (crash % REFERENCE_EVERY === 0 && found > 0) await lookedAtByRedis(dir, options.includes('--appendonly'), promised, written)
    }
    await rm(dir, { recursive: true, force: true })
  })
})

/** A redis-server finds the same on a copy of the files. */
async function lookedAtByRedis(dir: string, journal: boolean, promised: number, written: number): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), 'isodis-crash-copy-'))
  await cp(dir, copy, { recursive: true, filter: (path) => !path.endsWith('socket') })
  await using server = await startRedisServer(journal ? ['--appendonly', 'yes'] : [], copy)
  const client = await RespClient.connect({ path: server.path })
  while ((await client.call('PING')).type === '-') await new Promise((resolve) => setTimeout(resolve, 5)) // LOADING
  const found = await stepsIn(client)
  expect(found).toBeGreaterThanOrEqual(promised)
  expect(found).toBeLessThanOrEqual(written)
  client.close()
}
