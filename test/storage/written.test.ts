// What each version has written is loaded. A version that changes a format adds a file, which this makes once:
//   ISODIS_WRITE=0.2.0 npx vitest run --project node test/storage/written.test.ts
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { RecordMap } from '../support/record-map.ts'
import { expectWritten, type Stage, stages, write, type Written } from './written.ts'

const folder = new URL('written/', import.meta.url)

async function writeNow(): Promise<Record<Stage, Written>> {
  const records = new RecordMap(new Map(), 2048)
  const all: Partial<Record<Stage, Written>> = {}
  await write(records.storage(), (stage) => {
    const sorted = [...records.map].toSorted(([a], [b]) => (a < b ? -1 : 1))
    all[stage] = Object.fromEntries(sorted.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]))
  })
  return all as Record<Stage, Written>
}

if (process.env['ISODIS_WRITE'] !== undefined) {
  writeFileSync(new URL(`${process.env['ISODIS_WRITE']}.json`, folder), `${JSON.stringify(await writeNow(), null, 2)}\n`)
}

const storageOf = (written: Written) =>
  new RecordMap(new Map(Object.entries(written).map(([name, base64]) => [name, new Uint8Array(Buffer.from(base64, 'base64'))]))).storage()

describe.each(Object.keys(stages) as Stage[])('%s', (stage) => {
  test.each(readdirSync(folder))('of %s are loaded', async (file) => {
    const written = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<Stage, Written>
    await expectWritten(storageOf(written[stage]), stage)
  })

  test('of now are loaded', async () => {
    const written = await writeNow()
    expect(Object.keys(written[stage]).length).toBeGreaterThan(6)
    await expectWritten(storageOf(written[stage]), stage)
  })
})
