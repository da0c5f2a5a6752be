// The named exceptions: what backends do in place of a case of the contract. Each is tested where it applies.
import { expect } from 'vitest'
import type { Body, Context, Exception } from './contract.ts'

/** Then the server may know what 7.0.15 does not. */
const ANOTHER_SERVER = process.env['ISODIS_REDIS'] !== undefined

/** The case fails with this error of the server or of the adapter. @param mayHold it may hold as well */
function failsWith(message: RegExp, mayHold = false): Exception['instead'] {
  return async (context: Context, body: Body): Promise<void> => {
    // Where the case itself expects an error, the other error shows in the message of its failure.
    const error = await body(context).then(
      () => undefined,
      (error: Error & { actual?: { message?: string } }) => error,
    )
    if (mayHold && error === undefined) return
    expect(error, 'the case holds: the exception is not needed').toBeDefined()
    expect([error!.message, error!.actual?.message].join('\n')).toMatch(message)
  }
}

/** redis-server 7.0.15, which Debian has, lacks what came later; the engine has it. Another server may have it. */
export const redis70 = {
  'Redis 7.2': {
    name: 'needs Redis 7.2',
    why: "the server's error: `ERR syntax error` for an option, `ERR unknown command` for a command",
    instead: failsWith(/ERR syntax error|ERR wrong number of arguments|ERR unknown command|EXECABORT/, ANOTHER_SERVER),
  },
  'Redis 7.4': {
    name: 'needs Redis 7.4',
    why: "the server's error: `ERR unknown command` for the expiry of fields, `ERR syntax error` for `noValues`",
    instead: failsWith(/ERR unknown command|ERR syntax error|EXECABORT/, ANOTHER_SERVER),
  },
  'Redis 8': {
    name: 'needs Redis 8',
    why: "the server's error: `ERR syntax error` for an option, `ERR unknown command` for a command of 8.0 to 8.4",
    instead: failsWith(/ERR syntax error|ERR Invalid stream ID|EXECABORT|ERR unknown command/, ANOTHER_SERVER),
  },
} satisfies Record<string, Exception>

/** What a cluster does in another way, or not at all. */
export const inCluster = {
  databases: {
    name: 'one database',
    why: "a cluster has one database: SWAPDB, MOVE and COPY to another database give the server's error",
    instead: failsWith(/ERR (?:SWAPDB|MOVE|COPY|The source and destination|DB index)? ?.*(?:in cluster mode|out of range)/),
  },
  'all keys in reach': {
    name: 'no SORT by patterns',
    why: "SORT's BY and GET may read keys of any slot: they give the server's error",
    instead: failsWith(/ERR (?:BY|GET) option of SORT denied in [Cc]luster mode/, ANOTHER_SERVER),
  },
  'a connection': {
    name: 'connections of their own',
    why: 'a cluster has several connections: CLIENT SETNAME names only one of them',
    instead: async ({ redis }) => {
      expect(await redis.clientSetname('name')).toBe('OK')
      expect(['name', null]).toContain(await redis.clientGetname())
    },
  },
  'receivers counted': {
    name: 'receivers of one node',
    why: 'PUBLISH reaches all subscribers, but returns the number on one node',
    instead: async ({ redis }) => {
      await using subscription = await redis.subscribe('channel')
      await using patterns = await redis.psubscribe('chan*')
      expect([0, 1, 2]).toContain(await redis.publish('channel', 'x'))
      expect([(await subscription.next()).value?.message, (await patterns.next()).value?.message]).toEqual(['x', 'x'])
    },
  },
  'every node': {
    name: 'no transaction over all nodes',
    why: 'DBSIZE, KEYS, SCAN, FLUSHALL and their like are sent to every master, which cannot be one transaction: `UNSUPPORTED` before anything is sent',
    views: ['transaction'],
    instead: failsWith(/UNSUPPORTED/),
  },
} satisfies Record<string, Exception>

/** Without `stringNumbers` ioredis makes numbers of all integers. */
export const rounding: Exception = {
  name: 'rounded integers',
  why: 'integers beyond 2^53 in replies are rounded, unless the ioredis client is made with `stringNumbers: true`; stored values are not affected',
  instead: async ({ redis }) => {
    expect(redis.capabilities.exactIntegers).toBe(false)
    await redis.set('n', '9007199254740992')
    expect(await redis.incr('n')).toBe(2 ** 53)
    expect(await redis.get('n')).toBe('9007199254740993')
  },
}

/** What Upstash's REST service has no way for: the adapter says so before anything is sent. */
export const requests = {
  waiting: {
    name: 'no blocking over REST',
    why: 'blocking commands are `UNSUPPORTED` before anything is sent, since a request cannot block. In a transaction, where nothing blocks, they run',
    views: ['alone', 'pipeline'],
    instead: async ({ redis }) => {
      expect(redis.capabilities.blocking).toBe(false)
      await expect(redis.blpop('list', 1)).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/^UNSUPPORTED BLPOP: /),
      })
      await expect(redis.bzpopmin('zset', 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    },
  },
  watching: {
    name: 'no WATCH over REST',
    why: '`UNSUPPORTED`, because WATCH needs a connection of its own; a script does the same',
    instead: async ({ redis }) => {
      expect(redis.capabilities.watch).toBe(false)
      await expect(redis.watch('key', async () => null)).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/^UNSUPPORTED WATCH: /),
      })
    },
  },
  'shard channels': {
    name: 'no shard channels over REST',
    why: 'SSUBSCRIBE is `UNSUPPORTED`: the service has no stream for it, and no slots that would need it. SPUBLISH reaches subscribers on other connections',
    instead: async ({ redis }) => {
      await expect(redis.ssubscribe('channel')).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/^UNSUPPORTED SSUBSCRIBE: /),
      })
      expect(await redis.spublish('channel', 'x')).toBe(0)
      expect(await redis.pubsubShardchannels()).toEqual([])
    },
  },
} satisfies Record<string, Exception>

/** JSON has no bytes, so a command with some travels as a script; and a script cannot run a script. */
export const bytesInScripts: Exception = {
  name: 'text in scripts over REST',
  why: 'a script whose keys or arguments are bytes that are no UTF-8 fails with `ERR This Redis command is not allowed from script`, and nothing has run. To `isodis/rest` they go unchanged',
  instead: failsWith(/ERR This (?:Redis|Valkey) command is not allowed from script/),
}

/** Upstash's event streams are lines of text. Two ends of this project agree on more. */
export const lines: Exception = {
  name: 'line breaks in messages over REST',
  why: 'event streams do not preserve how lines end: CR and CR LF in a message arrive as LF. From `isodis/rest` everything arrives unchanged. Stored values are not affected',
  instead: async ({ redis }) => {
    await using subscription = await redis.subscribe('a,b')
    for (const [sent, arrives] of [
      ['one\r\ntwo\rthree\n four\n\n', 'one\ntwo\nthree\n four\n\n'],
      ['ä€𝄞 \uFEFFbom\0', 'ä€𝄞 \uFEFFbom\0'],
      ['', ''],
      ['1,2', '1,2'],
    ]) {
      await redis.publish('a,b', sent)
      expect((await subscription.next()).value).toEqual({ channel: 'a,b', message: arrives })
    }
  },
}
