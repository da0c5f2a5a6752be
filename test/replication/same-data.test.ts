// Masters and replicas, engines and real redis-servers in every order: after random commands on the master, and after its
// connection was cut, the replica holds the same keys.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Command, groups } from '../differential/commands.ts'
import { atTimesOf, keyspace, reset } from '../differential/compare.ts'
import { ask, caughtUp, follow, type Server, start, until } from './servers.ts'

const SEQUENCE = 50
const commands = Number(process.env['ISODIS_COMMANDS'] ?? 500)
const seed = Number(process.env['ISODIS_SEED'] ?? 1)
const only = process.env['ISODIS_GROUP']

/** What a replica need not know: how often and when pending entries were read, how many by which group; how large nodes get. */
const comparable = (keys: unknown): unknown =>
  JSON.parse(
    JSON.stringify(keys)
      .replace(/":(?:now|\d+)",":\d+"\]/g, '"delivered"]')
      .replace(/(radix-tree-\w+",)":\d+"/g, '$1"some"')
      .replace(/(\$(?:entries-read|lag)",)"(?::\d+|\$null)"/g, '$1"some"'),
  )

describe.each([
  ['engine', 'redis'],
  ['redis', 'engine'],
  ['engine', 'engine'],
] as const)(`%s as master, %s as replica (seed ${seed})`, (ofMaster, ofReplica) => {
  let master: Server
  let replica: Server
  beforeAll(async () => {
    master = await start[ofMaster]()
    replica = await start[ofReplica]()
    await follow(replica, master)
  })
  afterAll(async () => {
    await replica?.stop()
    await master?.stop()
  })

  // What has no effect on data; and commands that only read.
  const names = Object.keys(groups).filter((name) => name !== 'connection' && (only === undefined || only === name))
  test.for(names)('%s', { timeout: 3_600_000 }, async (name) => {
    const sequence = fc.array(
      // Parameters are each server's own.
      groups[name].filter(
        // And Redis 7.0 does not tell replicas of consumers that have got nothing yet.
        (command) => !command.includes('hll-sparse-max-bytes') && !(ofMaster === 'redis' && command[0] === 'XREADGROUP'),
      ),
      { minLength: 1, maxLength: 2 * SEQUENCE, size: 'max' },
    )
    let round = 0
    const property = fc.asyncProperty(sequence, async (sequence: readonly Command[]) => {
      await reset(master.client, 2)
      // Now and then the link is cut: the replica goes on where it was.
      const cut = round++ % 3 === 2
      if (cut) await ask(replica, 'CLIENT', 'KILL', 'TYPE', 'master')
      await master.client.pipeline(sequence)
      await ask(master, 'RESET')
      if (cut) await until(replica, /master_link_status:up/)
      await caughtUp(master)
      const wanted = comparable(await keyspace(master.client, false))
      const found = comparable(await keyspace(replica.client, false))
      expect(atTimesOf(wanted, found)).toEqual(wanted)
    })
    await fc.assert(property, { seed, numRuns: Math.ceil(commands / SEQUENCE), endOnFailure: false })
  })

  test('the link was cut often, and all data was sent only once', async () => {
    const stats = String(await ask(master, 'INFO', 'stats'))
    if (ofMaster === 'redis') expect(stats).toMatch(/sync_full:1\r\nsync_partial_ok:[1-9]/)
  })
})
