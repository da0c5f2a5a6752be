// HyperLogLogs: sparse against dense, and damaged ones. Their bytes are compared with redis-server's in test/differential.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as hll from '../../../../src/core/engine/structures/hyperloglog.ts'
import { Raw } from '../../../../src/core/engine/values.ts'
import { CommandTable } from '../../../../src/core/engine/command.ts'
import { groups } from '../../../../src/core/engine/commands/index.ts'
import { Engine } from '../../../../src/core/engine/engine.ts'
import { admin } from '../../../../src/core/admin/admin.ts'
import { systemClock } from '../../../../src/adapters/host.ts'
import { OK } from '../../../../src/core/reply.ts'
import { SEED } from '../../../support/seed.ts'

const registers = (bytes: Uint8Array): Uint8Array => {
  const found = hll.noRegisters()
  expect(hll.mergeInto(found, bytes)).toBe(true)
  return found
}

describe('a HyperLogLog', () => {
  test('has the same registers and count sparse and dense', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 }), { maxLength: 300, size: 'max' }), (elements) => {
        const [sparse, dense] = [new Raw(hll.EMPTY), new Raw(hll.EMPTY)]
        hll.makeDense(dense)
        for (const element of elements) expect(hll.addElement(sparse, element, 1e6)).toBe(hll.addElement(dense, element, 0))
        expect(hll.isDense(sparse.bytes)).toBe(false)
        expect(registers(sparse.bytes)).toEqual(registers(dense.bytes))
        expect(hll.count(sparse.bytes)).toBe(hll.count(dense.bytes))
        hll.makeDense(sparse)
        expect(registers(sparse.bytes)).toEqual(registers(dense.bytes))
      }),
      { seed: SEED, numRuns: 40 },
    )
  })

  test('becomes dense where it would grow too long', () => {
    const value = new Raw(hll.EMPTY)
    let longest = 0
    for (let i = 0; !hll.isDense(value.bytes); i++) {
      longest = Math.max(longest, value.length)
      hll.addElement(value, `element ${i}`, 3000)
    }
    expect(longest).toBeLessThanOrEqual(3000)
    expect(longest).toBeGreaterThan(2900)
    expect(value.length).toBe(12_304)
  })

  test('that is damaged is refused and stays as it is', () => {
    const runs = `${hll.EMPTY.slice(0, 16)}\x80`
    const value = new Raw(runs)
    expect(hll.count(value.bytes)).toBe(null)
    expect(hll.makeDense(value)).toBe(false)
    const results = Array.from({ length: 50 }, (_, i) => hll.addElement(value, `element ${i}`, 3000))
    expect(results).toContain(null)
    expect(String(value)).toBe(runs)
  })
})

test('PFSELFTEST finds the estimates near enough', async () => {
  const engine = new Engine({ table: new CommandTable(groups), clock: systemClock, random: Math.random, log: () => {} })
  admin.attach(engine)
  expect(await engine.connect({ trusted: true }).execute(['PFSELFTEST'])).toBe(OK)
})
