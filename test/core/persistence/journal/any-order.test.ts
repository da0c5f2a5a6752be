// A journal that is turned on and off, saves, imports, flushes, rewrites and crashes, in any order and at any moment: what
// was promised is there in the next life, whether that asks for a journal or not, and nothing is there in part.
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis, type Storage } from '../../../../src/adapters/memory.ts'
import { fileStorage } from '../../../../src/adapters/storage/file.ts'
import { memoryStorage } from '../../../../src/adapters/storage/memory.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { RecordMap } from '../../../support/record-map.ts'
import { copyOf } from './setup.ts'
import { SEED } from '../../../support/seed.ts'

/** A place to keep data, and what a crash would leave of it now. */
interface Place {
  storage: Storage
  /** So many of the next puts and removals are still done, if they can be counted; then nothing is. */
  end(puts: number): void
  copy(): Place
  /** What it keeps takes time that no test can move. */
  real?: true
}

const inMemory = (memory = memoryStorage()): Place => ({ storage: memory, end: () => {}, copy: () => inMemory(copyOf(memory)) })

const inRecords = (records = new RecordMap()): Place => ({
  storage: records.storage(),
  end: (puts) => (records.left = puts),
  copy: () => inRecords(new RecordMap(new Map(records.map))),
})

const scratch = mkdtempSync(join(tmpdir(), 'any-order-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** What there is in a directory, and as of when. */
const listing = (dir: string): string =>
  (readdirSync(dir, { recursive: true }) as string[])
    .map((name) => {
      const { ino, size, mtimeNs } = statSync(join(dir, name), { bigint: true, throwIfNoEntry: false }) ?? {}
      return `${name} ${ino} ${size} ${mtimeNs}`
    })
    .toSorted()
    .join()

/** The threads of the process go on with what they do, for a moment: all is to be of the same moment, as after a crash. */
function copyAtOnce(from: string): string {
  const to = mkdtempSync(join(scratch, 'life-'))
  for (;;) {
    const before = listing(from)
    rmSync(to, { recursive: true })
    try {
      cpSync(from, to, { recursive: true, preserveTimestamps: true, filter: (path) => !path.includes('isodis.lock') })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    if (listing(from) === before) return to
  }
}

const inFiles = (dir = mkdtempSync(join(scratch, 'life-'))): Place => ({
  storage: fileStorage({ dir }),
  end: () => {},
  real: true,
  copy: () => inFiles(copyAtOnce(dir)),
})

type Action = readonly [what: string, n: number]
const ACTIONS: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('write'), fc.nat(1)) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('turn'), fc.nat(4)) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('save', 'bgsave', 'hurry', 'rewrite'), fc.constant(0)) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('on', 'off'), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('flush', 'import'), fc.constant(0)) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('crash', 'tear', 'shutdown'), fc.nat(7)) },
)

class Lives {
  readonly #clock = new ManualClock()
  #place: Place
  #redis!: EmbeddedRedis
  /** The last state, and the last that must not be lost. */
  #last = 0
  #promised = 0
  #saving = 0
  #life = 0
  readonly #said: string[] = []

  constructor(place: Place) {
    this.#place = place
  }

  async begin(journal: boolean): Promise<void> {
    const { storage } = this.#place
    const config = { appendonly: journal ? 'yes' : 'no', appendfsync: 'always', 'auto-aof-rewrite-percentage': '0' }
    const life = ++this.#life
    const log = (_level: string, line: string): void => {
      // Where there is a journal, that is what will be loaded.
      const alone = this.#redis?.engine.effects == null
      if (line === 'Background saving terminated with success' && alone) this.#promise(this.#saving, life)
    }
    this.#redis = await this.#settled(createRedis({ storage, save: '', clock: this.#place.real ? undefined : this.#clock, config, log }))
    const found = Number((await this.#redis.get('n')) ?? 0)
    expect(found, this.#said.join(' ')).toBeGreaterThanOrEqual(this.#promised)
    expect(found, this.#said.join(' ')).toBeLessThanOrEqual(this.#last)
    expect(Number((await this.#redis.get('m')) ?? 0)).toBe(found)
    // What was lost was lost: time goes on from there.
    this.#promised = this.#last = found
  }

  /** @param life in which it was said */
  #promise(n: number, life: number): void {
    if (life === this.#life) this.#promised = Math.max(this.#promised, n)
  }

  async #turn(): Promise<void> {
    if (this.#place.real) await setImmediate()
    else await this.#clock.turn()
  }

  /** Lets time go on until something is done. */
  async #settled<T>(made: Promise<T>): Promise<T> {
    let done = false
    const end = (): void => void (done = true)
    made.then(end, end)
    while (!done) {
      await this.#turn()
      await setImmediate() // its code may still have to be loaded
    }
    return made
  }

  #write(...first: string[][]): void {
    const n = ++this.#last
    const { engine } = this.#redis
    const waits = engine.effects?.waits === true
    const transaction = this.#redis.multi()
    for (const [command, ...words] of first) void transaction.call(command, ...words)
    const life = this.#life
    const done = transaction.set('n', n).set('m', n).exec()
    // Whoever turns the journal off before there is a base gives up what waits for it.
    void done.then(() => waits && engine.effects !== null && this.#promise(n, life)).catch(() => {})
  }

  async step([what, n]: Action): Promise<void> {
    const redis = this.#redis
    const now = this.#last
    const life = this.#life
    this.#said.push(`${what}${n}`)
    const ignore = (): void => {}
    if (what === 'write') this.#write()
    else if (what === 'flush') this.#write(['FLUSHALL'])
    else if (what === 'turn') for (let i = 0; i < n; i++) await this.#turn()
    else if (what === 'save')
      void redis.save().then(() => this.#promise(now, life)).catch(ignore) // prettier-ignore
    else if (what === 'bgsave')
      void redis.bgsave().then(() => (this.#saving = now)).catch(ignore) // prettier-ignore
    else if (what === 'rewrite') void redis.bgrewriteaof().catch(ignore)
    else if (what === 'on') void redis.configSet('appendonly', 'yes').catch(ignore)
    else if (what === 'off') void redis.configSet('appendonly', 'no').catch(ignore)
    else if (what === 'hurry') (redis.engine.durability as unknown as { saveNow(): void }).saveNow()
    else if (what === 'import') await this.#import()
    else await this.#end(what, n)
  }

  async #import(): Promise<void> {
    const other = await createRedis()
    await other.mset({ n: this.#last + 1, m: this.#last + 1 })
    const file: Uint8Array[] = []
    for await (const chunk of other.exportRdb()) file.push(chunk)
    const n = ++this.#last
    let journal = false
    const life = this.#life
    const { engine } = this.#redis
    const imported = this.#redis.importRdb(file).then(
      () => journal && engine.effects !== null && this.#promise(n, life),
      () => {},
    )
    // Its data is there, or will not be, before anything else is written.
    while (this.#redis.sync.get('n') !== String(n) && (await Promise.race([imported.then(() => false), settled().then(() => true)])))
      await this.#turn()
    journal = this.#redis.engine.effects?.waits === true
  }

  async #end(how: string, n: number): Promise<void> {
    if (how === 'shutdown') {
      await this.#settled(this.#redis.engine.close(false))
    }
    this.#place.end(how === 'tear' ? n : how === 'crash' ? 0 : Infinity)
    for (let i = 0; how === 'tear' && i < 20; i++) await this.#turn()
    this.#place = this.#place.copy()
    this.#life++
    this.#saving = 0
    await this.begin(n % 2 === 0)
    this.#said.push(`=${this.#last}`)
  }
}

test.each([
  ['in memory', inMemory, 1000],
  ['in records', inRecords, 1000],
  ['in files', inFiles, 80],
])('%s', { timeout: 120_000 }, async (_where, place, numRuns) => {
  const property = fc.asyncProperty(fc.array(ACTIONS, { maxLength: 60, size: 'max' }), async (actions) => {
    const lives = new Lives(place())
    await lives.begin(false)
    for (const action of actions) await lives.step(action)
    await lives.step(['crash', 0])
    await lives.step(['crash', 1])
  })
  await fc.assert(property, { seed: SEED, numRuns: Number(process.env['ISODIS_RUNS'] ?? numRuns) })
})
