// The journal against a real redis-server's append-only file: for random sequences of commands both must be written the
// same, command by command. Then what was written is loaded, and must give the same keys.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/adapters/host.ts'
import { type MemoryJournal, memoryStorage } from '../../src/adapters/storage/memory.ts'
import { CommandTable } from '../../src/core/engine/command.ts'
import { groups as commandGroups } from '../../src/core/engine/commands/index.ts'
import { Engine } from '../../src/core/engine/engine.ts'
import { Journal } from '../../src/core/persistence/journal/journal.ts'
import { JournalReader } from '../../src/core/persistence/journal/journal-reader.ts'
import { besideRedis } from '../support/beside-redis.ts'
import { type EngineServer, startEngineServer } from '../support/engine-server.ts'
import { RespClient } from '../support/resp-client.ts'
import { type Command, groups } from './commands.ts'
import { atTimesOf, keyspace, reset } from './compare.ts'

const SEQUENCE = 50
const commands = Number(process.env['ISODIS_COMMANDS'] ?? 2000)
const seed = Number(process.env['ISODIS_SEED'] ?? 1)
const only = process.env['ISODIS_GROUP']

const { redis, engine } = besideRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'no', '--auto-aof-rewrite-percentage', '0'] })
/** Nobody has it rewritten. */
const ALONE = { grown: () => {}, nextRewrite: () => 0 }
let written: MemoryJournal
let journal: Journal

beforeAll(async () => {
  written = memoryStorage().journal
  written.written = [{ base: false, chunks: [] }]
  journal = new Journal(engine.engine, written, ALONE)
  await journal.load()
  journal.start()
})

/** The reset before each sequence is of no interest. */
async function start(client: RespClient): Promise<number> {
  await reset(client, 2)
  // So that both journals are in the first database.
  await client.pipeline([
    ['SET', 'first', ''],
    ['DEL', 'first'],
  ])
  if (client === redis.client) {
    // With everysec a write may be put off while the disk is busy.
    await client.call('CONFIG', 'SET', 'appendfsync', 'no')
    return statSync(aofPath()).size
  }
  await journal.sync()
  written.written!.at(-1)!.chunks = []
  return 0
}

const aofPath = (): string => join(redis.dir, 'appendonlydir', 'appendonly.aof.1.incr.aof')

async function journalOf(client: RespClient, from: number): Promise<Uint8Array> {
  if (client === redis.client) return readFileSync(aofPath()).subarray(from)
  await journal.sync()
  return Buffer.concat(written.written!.at(-1)!.chunks)
}

function parsed(bytes: Uint8Array): string[][] {
  const reader = new JournalReader()
  reader.push(bytes)
  const all: string[][] = []
  for (let argv = reader.next(); argv !== null; argv = reader.next()) all.push(argv)
  expect(reader.rest.length).toBe(0)
  return all
}

/** What has no effect on what is loaded, or cannot be the same. */
function comparable(all: string[][]): string[][] {
  let db = '0'
  const wanted: string[][] = []
  for (const argv of all) {
    const [name, ...rest] = [argv[0].toUpperCase(), ...argv.slice(1)]
    if (name === 'SELECT') db = rest[0]
    // Redis 7.0 forgets a consumer that has got nothing yet, and how many entries were read.
    else if (name === 'XGROUP' && /^(createconsumer|setid)$/i.test(rest[0])) continue
    else if (name === 'PFCOUNT' || name === 'PUBLISH') continue
    else {
      // Redis leaves a limit where it says how far was trimmed, which does nothing.
      const limit =
        name === 'XADD' || name === 'XTRIM' ? rest.findIndex((word, i) => word.toUpperCase() === 'LIMIT' && rest[i - 2] === '=') : -1
      if (limit > 0) rest.splice(limit, 2)
      // And an ID as it was sent.
      if (name === 'XCLAIM' && /^\d+$/.test(rest[4])) rest[4] += '-0'
      // There it may name an entry that is deleted.
      const minId = rest.findIndex((word, i) => word.toUpperCase() === 'MINID' && rest[i + 1] === '=')
      if (minId > 0) rest[minId + 2] = 'id'
      wanted.push([name === 'MULTI' || name === 'EXEC' ? '' : db, name, ...rest.map(shown)])
    }
  }
  // A transaction of which one command is left is none.
  return wanted.filter(
    ([, name], i) =>
      !(name === 'MULTI' && wanted[i + 2]?.[1] === 'EXEC') &&
      !(name === 'EXEC' && wanted[i - 2]?.[1] === 'MULTI') &&
      !(name === 'MULTI' && wanted[i + 1]?.[1] === 'EXEC') &&
      !(name === 'EXEC' && wanted[i - 1]?.[1] === 'MULTI'),
  )
}

/** How often and when pending entries were read again is not written, as in Redis; how large nodes get is configured. */
function forgetful(keys: unknown): unknown {
  const shown = JSON.stringify(keys).replace(/":(?:now|\d+)",":\d+"\]/g, '"delivered"]')
  return JSON.parse(shown.replace(/(radix-tree-\w+",)":\d+"/g, '$1"some"'))
}

/** A time as `atTimesOf` knows it. And a score beyond 2^53, which GEOADD makes at the edge of the map, is a double all the same. */
const shown = (word: string): string =>
  /^1[789]\d{11}(-\d+)?$/.test(word) ? `~${Number.parseInt(word, 10)}` : /^\d{16,17}$/.test(word) ? String(Number(word)) : word

describe(`the journal and redis-server's append-only file are the same (seed ${seed})`, () => {
  const names = Object.keys(groups).filter((name) => name !== 'connection' && (only === undefined || only === name))
  test.for(names)('%s', { timeout: 3_600_000 }, async (name) => {
    const sequence = fc.array(groups[name], { minLength: 1, maxLength: 2 * SEQUENCE, size: 'max' })
    const property = fc.asyncProperty(sequence, async (sequence: readonly Command[]) => {
      const journals = new Map<RespClient, Uint8Array>()
      for (const client of [redis.client, engine.client]) {
        const from = await start(client)
        await client.pipeline(sequence)
        journals.set(client, await journalOf(client, from))
        await client.call('RESET')
      }
      const ours = journals.get(engine.client)!
      const theirs = comparable(parsed(journals.get(redis.client)!))
      expect(atTimesOf(theirs, comparable(parsed(ours)))).toEqual(theirs)

      // BITFIELD ... OVERFLOW FAIL that changes nothing makes the key all the same, and Redis writes nothing of that.
      // Nor of what PFADD does before it finds that a HyperLogLog is damaged.
      // And a count of entries that has wrapped around is not kept; and parameters are not written.
      if (
        sequence.some(
          (command) =>
            command.includes('FAIL') ||
            command.includes('12304') ||
            command.includes('hll-sparse-max-bytes') ||
            (command[0] === 'XGROUP' && command.includes('9223372036854775807')),
        )
      )
        return
      // What is loaded from it is what was there.
      const wanted = forgetful(await keyspace(engine.client, false))
      await using loaded = await loadedFrom(ours)
      const client = await RespClient.connect({ path: loaded.path })
      expect(atTimesOf(wanted, forgetful(await keyspace(client, false)))).toEqual(wanted)
      client.close()
    })
    await fc.assert(property, { seed, numRuns: Math.ceil(commands / SEQUENCE), endOnFailure: false })
  })
})

async function loadedFrom(bytes: Uint8Array): Promise<EngineServer> {
  const fresh = new Engine({ table: new CommandTable(commandGroups), clock: systemClock, random: Math.random, log: () => {} })
  const store = memoryStorage().journal
  store.written = [{ base: false, chunks: bytes.length === 0 ? [] : [bytes] }]
  await new Journal(fresh, store, ALONE).load()
  return startEngineServer(fresh)
}
