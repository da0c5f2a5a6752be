// No command gets at a key that its user may not use, whichever way it comes: random commands on an engine that notes every
// key that is looked up, and every key that changes.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { admin } from '../../src/core/admin/admin.ts'
import { Database } from '../../src/core/engine/database.ts'
import type { Engine } from '../../src/core/engine/engine.ts'
import { matches } from '../../src/core/engine/glob.ts'
import { Keyspace } from '../../src/core/engine/keyspace.ts'
import type { Session } from '../../src/core/engine/session.ts'
import { ReplyError } from '../../src/core/reply.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { type Command, groups } from '../differential/commands.ts'
import { newEngine } from '../support/engine-server.ts'

const SEED = Number(process.env['ISODIS_SEED'] ?? 1)
const RUNS = Number(process.env['ISODIS_RUNS'] ?? 40)

/** They look at every key there is, or at none by name: Redis does not ask about keys either. */
const KEYLESS = new Set([
  'KEYS',
  'SCAN',
  'RANDOMKEY',
  'FLUSHDB',
  'FLUSHALL',
  'SWAPDB',
  'DBSIZE',
  'DEBUG',
  'SAVE',
  'BGSAVE',
  'SHUTDOWN',
  'WATCH',
  'UNWATCH',
])
const LIBRARY = "#!lua name=lib\nredis.register_function('run', function(keys, args) return redis.call(unpack(args)) end)"

/** The ways to have a command run. */
const WAYS: Readonly<Record<string, (argv: Command) => Command[]>> = {
  said: (argv) => [argv],
  queued: (argv) => [['MULTI'], argv, ['EXEC']],
  'of a script': (argv) => [['EVAL', 'return redis.call(unpack(ARGV))', '0', ...argv]],
  'of a function': (argv) => [['FCALL', 'run', '0', ...argv]],
  'of a script in MULTI': (argv) => [['MULTI'], ['EVAL', 'return redis.pcall(unpack(ARGV))', '0', ...argv], ['EXEC']],
}

function startEngine(): { engine: Engine; boss: Session; user: Session } {
  const engine = newEngine(lua)
  admin.attach(engine)
  const [boss, user] = [engine.connect({ trusted: true }), engine.connect()]
  boss.mayBlock = user.mayBlock = false
  boss.execute(['FUNCTION', 'LOAD', LIBRARY])
  return { engine, boss, user }
}

interface Touched {
  readonly found: Set<string>
  readonly changed: Set<string>
}

/** Notes keys from now on. @returns those of what runs within */
function watchKeys(): { during: (run: () => void) => Touched; [Symbol.dispose]: () => void } {
  let touched: Touched | null = null
  const spies = [
    ...(['find', 'insert'] as const).map((name) => {
      const original = Keyspace.prototype[name] as (this: Keyspace, ...given: unknown[]) => number
      return vi.spyOn(Keyspace.prototype, name).mockImplementation(function (this: Keyspace, ...given: unknown[]) {
        touched?.found.add(given[0] as string)
        return original.apply(this, given)
      })
    }),
    ...(['touch', 'noted'] as const).map((name) => {
      const original = Database.prototype[name] as (this: Database, ...given: unknown[]) => void
      return vi.spyOn(Database.prototype, name).mockImplementation(function (this: Database, ...given: unknown[]) {
        touched?.changed.add(given[0] as string)
        return original.apply(this, given)
      })
    }),
  ]
  return {
    during: (run) => {
      touched = { found: new Set(), changed: new Set() }
      run()
      const seen = touched
      touched = null
      return seen
    },
    [Symbol.dispose]: () => spies.forEach((spy) => spy.mockRestore()),
  }
}

const patterns = fc.uniqueArray(
  fc.constantFrom('s*', 'l*', 'h*', 'set*', 'z*', '*1', '*2', 'x*', 'none', 'g*', 'b*', 'p*', '?1', '[^s]*'),
  { maxLength: 4 },
)
const rights = fc.record({ both: patterns, read: patterns, write: patterns })

/** These count as reading: a HyperLogLog keeps how many it has counted, and in which form; a group, what it has given out. */
const READS = /^(PF(COUNT|DEBUG)|XREADGROUP)$/i
const GROUPS = Object.keys(groups).filter((name) => name !== 'transactions' && name !== 'connection')

test.for(GROUPS)(`%s (seed ${SEED})`, async (name) => {
  using keys = watchKeys()
  const line = fc.record({ argv: groups[name], way: fc.constantFrom(...Object.keys(WAYS)), byBoss: fc.boolean() })
  let refused = 0
  let allowed = 0
  const property = fc.property(rights, fc.array(line, { minLength: 20, maxLength: 60, size: 'max' }), ({ both, read, write }, lines) => {
    const { boss, user } = startEngine()
    const rules = [
      ...both.map((pattern) => `~${pattern}`),
      ...read.map((pattern) => `%R~${pattern}`),
      ...write.map((pattern) => `%W~${pattern}`),
    ]
    expect(boss.execute(['ACL', 'SETUSER', 'u', 'on', 'nopass', '+@all', '&*', ...rules])).not.toBeInstanceOf(ReplyError)
    user.execute(['AUTH', 'u', ''])
    const usable = (key: string): boolean => [...both, ...read, ...write].some((pattern) => matches(pattern, key))
    const writable = (key: string, argv: Command): boolean => {
      return [...both, ...write, ...(READS.test(argv[0]) ? read : [])].some((pattern) => matches(pattern, key))
    }
    for (const { argv, way, byBoss } of lines) {
      if (KEYLESS.has(argv[0].toUpperCase())) continue
      if (byBoss) {
        boss.execute(argv)
        continue
      }
      const { found, changed } = keys.during(() => {
        for (const each of WAYS[way](argv)) {
          const reply = user.execute(each)
          if (reply instanceof ReplyError && /NOPERM|The user executing/.test(reply.text)) refused++
          else allowed++
        }
      })
      const wrong = [...[...found].filter((key) => !usable(key)), ...[...changed].filter((key) => !writable(key, argv))]
      expect({ argv, way, rules, wrong }).toEqual({ argv, way, rules, wrong: [] })
    }
  })
  fc.assert(property, { seed: SEED, numRuns: RUNS })
  expect(refused).toBeGreaterThan(100)
  expect(allowed).toBeGreaterThan(100)
})
