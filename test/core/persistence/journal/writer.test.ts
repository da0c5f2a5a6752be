// The journal's bytes, made in batches, against a plain list of what was written and what belongs together.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ByteString } from '../../../../src/core/bytes.ts'
import { JournalReader } from '../../../../src/core/persistence/journal/journal-reader.ts'
import { JournalWriter, type Taken } from '../../../../src/core/persistence/journal/journal-writer.ts'
import { SEED } from '../../../support/seed.ts'

type Written = readonly [db: number, argv: readonly ByteString[]]

/** What a file says: commands with their databases, those between MULTI and EXEC together. */
function groupsIn(bytes: Uint8Array): Written[][] {
  const reader = new JournalReader()
  reader.push(bytes)
  const groups: Written[][] = []
  let db = -1
  let open: Written[] | null = null
  for (let argv = reader.next(); argv !== null; argv = reader.next()) {
    if (argv[0] === 'SELECT') db = Number(argv[1])
    else if (argv[0] === 'MULTI') open = []
    else if (argv[0] === 'EXEC') {
      groups.push(open!)
      open = null
    } else if (open !== null) open.push([db, argv])
    else groups.push([[db, argv]])
  }
  expect([open, reader.rest.length]).toEqual([null, 0])
  return groups
}

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text).toString('latin1')),
  fc.constantFrom('', '\r\n', '*1\r\n$4\r\nEXEC\r\n', 'x'.repeat(99), 'x'.repeat(100), 'y'.repeat(20_000)),
)
const action = fc.oneof(
  { weight: 10, arbitrary: fc.record({ is: fc.constant('command' as const), words: fc.array(word, { maxLength: 4 }), db: fc.nat(2) }) },
  // More than become bytes in one go, at once or each on its own.
  { weight: 1, arbitrary: fc.record({ is: fc.constant('many' as const), count: fc.integer({ min: 200, max: 600 }), each: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ is: fc.constantFrom('settle', 'size', 'take', 'free', 'file') }) },
)

test('whatever is written, taken and given back, and when: each file has all of it, in order, and what belongs together', () => {
  const property = fc.property(fc.array(action, { maxLength: 80, size: 'max' }), (actions) => {
    const writer = new JournalWriter()
    const files: { wanted: Written[][]; chunks: Uint8Array[] }[] = [{ wanted: [], chunks: [] }]
    let together: Written[] = []
    const taken: { taken: Taken; put: (bytes: Uint8Array) => void }[] = []
    const write = (argv: readonly ByteString[], db: number): void => {
      writer.command(argv, db)
      together.push([db, argv])
    }
    const settle = (): void => {
      expect(writer.settle()).toBe(together.length > 0)
      if (together.length > 0) files.at(-1)!.wanted.push(together)
      together = []
    }
    const take = (): void => {
      if (!writer.ready) return
      const { chunks } = files.at(-1)!
      const at = chunks.push(new Uint8Array()) - 1
      // Its bytes are looked at only when they are given back: until then they must not change.
      taken.push({ taken: writer.take(), put: (bytes) => (chunks[at] = bytes.slice()) })
    }
    const free = (): void => {
      const first = taken.shift()
      if (first === undefined) return
      first.put(first.taken.bytes)
      writer.free(first.taken)
    }
    for (const each of actions) {
      if (each.is === 'command') write(['CMD', ...each.words], each.db)
      else if (each.is === 'many')
        for (let i = 0; i < each.count; i++) {
          write(['SET', `key${i}`, 'v'], 0)
          if (each.each) settle()
        }
      else if (each.is === 'settle') settle()
      else if (each.is === 'size') expect(writer.size).toBeGreaterThanOrEqual(0)
      else if (each.is === 'take') take()
      else if (each.is === 'free') free()
      else {
        settle()
        take()
        writer.forgetDatabase()
        files.push({ wanted: [], chunks: [] })
      }
    }
    settle()
    take()
    expect(writer.size).toBe(0)
    while (taken.length > 0) free()
    for (const { wanted, chunks } of files) expect(groupsIn(Buffer.concat(chunks))).toEqual(wanted)
  })
  fc.assert(property, { seed: SEED, numRuns: 300 })
})
