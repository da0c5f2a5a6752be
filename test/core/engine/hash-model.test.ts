// Hashes with fields that expire, by random commands, against a model: replies, keyspace events, what counts as a change, and
// INFO. No redis-server here has these commands; the model does what Redis 8's does, and removes at once what is due.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTestRedis } from '../../../src/adapters/testing.ts'
import { MapReply, type Push, type Reply } from '../../../src/core/reply.ts'
import { maybe, oneWord, pick, words as line } from '../../differential/words.ts'

interface Field {
  value: string
  /** 0: never. */
  at: number
}
type Fields = Map<string, Field>

class Model {
  readonly hashes = new Map<string, Fields>()
  now: number
  events: string[] = []
  dirty = 0
  expired = 0

  constructor(now: number) {
    this.now = now
  }

  /** A hash without the fields that are due. */
  hash(key: string): Fields {
    const fields = this.hashes.get(key) ?? new Map<string, Field>()
    const due = [...fields].filter(([, { at }]) => at !== 0 && at <= this.now)
    for (const [name] of due) fields.delete(name)
    this.expired += due.length
    if (due.length > 0) this.changed(key, fields, 'hexpired', 0)
    return fields
  }

  /** Time passes: each field goes at its own. */
  wait(milliseconds: number): void {
    const end = this.now + milliseconds
    const times = [...this.hashes.values()].flatMap((fields) => [...fields.values()].map(({ at }) => at))
    for (const time of [...new Set(times)].filter((at) => at > 0 && at <= end).toSorted((a, b) => a - b)) {
      this.now = time
      for (const key of [...this.hashes.keys()]) this.hash(key)
    }
    this.now = end
  }

  changed(key: string, fields: Fields, event: string, dirty: number): void {
    this.dirty += dirty
    this.events.push(`${event} ${key}`)
    if (fields.size > 0) this.hashes.set(key, fields)
    else if (this.hashes.delete(key)) this.events.push(`del ${key}`)
  }

  /** HSET, and HSETEX with `time` or `keep`. */
  set(key: string, fields: Fields, pairs: readonly string[], keep = false, time?: number): void {
    for (let i = 0; i < pairs.length; i += 2) {
      const { at } = fields.get(pairs[i]) ?? { at: 0 }
      fields.set(pairs[i], { value: pairs[i + 1], at: keep ? at : 0 })
      if (time !== undefined) this.expire(fields, pairs[i], time)
    }
    this.hashes.set(key, fields)
    this.dirty += pairs.length / 2
    this.events.push(`hset ${key}`)
    if (time !== undefined) this.changed(key, fields, time > this.now ? 'hexpire' : 'hdel', 0)
  }

  /** What HEXPIRE replies for one field. */
  expire(fields: Fields, name: string, at: number, condition = ''): number {
    const field = fields.get(name)
    if (field === undefined) return -2
    const met = field.at === 0 ? !/XX|GT/.test(condition) : { GT: at > field.at, LT: at < field.at, NX: false }[condition]
    if (met === false) return 0
    if (at > this.now) field.at = at
    else {
      fields.delete(name)
      this.expired++
    }
    return at > this.now ? 1 : 2
  }

  time(unit: string, count: string): number {
    return Number(count) * (unit.startsWith('EX') ? 1000 : 1) + (unit.endsWith('AT') ? 0 : this.now)
  }

  run([command, key, ...args]: readonly string[]): unknown {
    const fields = this.hash(key)
    const at = args.findIndex((word) => word === 'FIELDS')
    const [options, names] = at < 0 ? [[], args] : [args.slice(0, at), args.slice(at + 2)]
    switch (command) {
      case 'HSET': {
        const before = fields.size
        this.set(key, fields, names)
        return fields.size - before
      }
      case 'HGETALL':
        return [...fields].flatMap(([name, { value }]) => [name, value])
      case 'HPEXPIRETIME':
        return names.map((name) => (fields.has(name) ? fields.get(name)!.at || -1 : -2))
      case 'HDEL':
      case 'HGETDEL': {
        const before = fields.size
        const values = names.map((name) => {
          const { value = null } = fields.get(name) ?? {}
          fields.delete(name)
          return value
        })
        const removed = before - fields.size
        if (removed > 0) this.changed(key, fields, 'hdel', removed)
        return command === 'HDEL' ? removed : values
      }
      case 'HPERSIST': {
        const replies = names.map((name) => {
          const field = fields.get(name)
          if (field === undefined) return -2
          if (field.at === 0) return -1
          field.at = 0
          return 1
        })
        if (replies.includes(1)) this.changed(key, fields, 'hpersist', 1)
        return replies
      }
      case 'HGETEX': {
        const [unit = '', count] = options
        let changes = 0
        const values = names.map((name) => {
          const field = fields.get(name)
          if (field === undefined) return null
          if (unit === 'PERSIST' ? field.at !== 0 : unit !== '') changes++
          if (unit === 'PERSIST') field.at = 0
          else if (unit !== '') this.expire(fields, name, this.time(unit, count))
          return field.value
        })
        const event = unit === 'PERSIST' ? 'hpersist' : this.time(unit, count) > this.now ? 'hexpire' : 'hdel'
        if (changes > 0) this.changed(key, fields, event, changes)
        return values
      }
      case 'HSETEX': {
        const there = names.filter((name, i) => i % 2 === 0 && fields.has(name)).length
        if (options.includes('FNX') && there > 0) return 0
        if (options.includes('FXX') && there < names.length / 2) return 0
        const unit = options.findIndex((word) => /^EX|^PX/.test(word))
        const time = unit < 0 ? undefined : this.time(options[unit], options[unit + 1])
        this.set(key, fields, names, options.includes('KEEPTTL'), time)
        return 1
      }
      default: {
        const unit = `${command.startsWith('HP') ? 'PX' : 'EX'}${command.endsWith('AT') ? 'AT' : ''}`
        const replies = names.map((name) => this.expire(fields, name, this.time(unit, options[0]), options[1]))
        const changes = replies.filter((reply) => reply > 0).length
        if (changes > 0) this.changed(key, fields, replies.includes(2) ? 'hdel' : 'hexpire', changes)
        return replies
      }
    }
  }
}

const START = 1_000_000
const key = pick('h', 'g')
const field = pick('a', 'b', 'c')
const pair = line(field, pick('1', '2'))
const soon = pick('0', '1', '2', '5')
const absolute = fc.integer({ min: START - 5, max: START + 60 }).map(String)
const seconds = pick('0', '1', '999', '1000', '1001')
const expiry = fc.oneof(line('PX', soon), line('PXAT', absolute), line('EX', pick('0', '1')), line('EXAT', seconds))
const some = fc.oneof(line('FIELDS', '1', field), line('FIELDS', '2', field, field))
const condition = maybe(oneWord('NX', 'XX', 'GT', 'LT'))
const commands = fc.oneof(
  line('HSET', key, pair, pair),
  line('HGETALL', key),
  line('HDEL', key, field, field),
  line('HPEXPIRETIME', key, some),
  line('HPERSIST', key, some),
  line('HPEXPIRE', key, soon, condition, some),
  line('HPEXPIREAT', key, absolute, condition, some),
  line('HEXPIRE', key, pick('0', '1'), condition, some),
  line('HEXPIREAT', key, seconds, condition, some),
  line('HGETDEL', key, some),
  line('HGETEX', key, maybe(fc.oneof(expiry, line('PERSIST'))), some),
  line('HSETEX', key, maybe(oneWord('FNX', 'FXX')), maybe(fc.oneof(expiry, line('KEEPTTL'))), 'FIELDS', '2', pair, pair),
)

const plain = (reply: Reply | Promise<Reply>): unknown => (reply instanceof MapReply ? reply.flat : reply)

test('commands do what a model of Redis does', async () => {
  const step = fc.tuple(commands, fc.constantFrom(0, 0, 0, 1, 3, 1000))
  const property = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 100 }), async (steps) => {
    await using redis = await createTestRedis({ now: START, config: { 'notify-keyspace-events': 'Egh' } })
    const events: string[] = []
    const listener = redis.engine.connect({
      onPush: (push) => {
        const [, , channel, name] = (push as Push).items as string[]
        if (name !== undefined) events.push(`${channel.slice(channel.indexOf(':') + 1)} ${name}`)
      },
    })
    listener.execute(['HELLO', '3'])
    listener.execute(['PSUBSCRIBE', '__keyevent@0__:*'])
    const session = redis.engine.connect()
    const model = new Model(START)
    for (const [command, pause] of steps) {
      const reply = plain(session.execute(command))
      expect({ command, reply, events, dirty: redis.engine.dirty }).toEqual({
        command,
        reply: model.run(command),
        events: model.events,
        dirty: model.dirty,
      })
      await redis.clock.advance(pause)
      model.wait(pause)
      // Of two hashes whose fields are due at once, either may be the first.
      expect(events.toSorted()).toEqual(model.events.toSorted())
      events.length = model.events.length = 0
    }
    const info = await redis.info()
    expect(/expired_subkeys:(\d+)/.exec(info)?.[1]).toBe(String(model.expired))
    const expiring = [...model.hashes.values()].filter((fields) => [...fields.values()].some(({ at }) => at !== 0))
    expect(/subexpiry=(\d+)/.exec(info)?.[1]).toBe(model.hashes.size > 0 ? String(expiring.length) : undefined)
  })
  await fc.assert(property, { numRuns: 300, seed: 1 })
})
