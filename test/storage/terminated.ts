// Workers that are terminated in the middle of a write, one after the other, on one storage. What browsers leave of such a
// write differs: an open transaction, an empty file.
import { expect, test } from 'vitest'
import type { Told } from './writing-worker.ts'

const WORKERS = 15
/** How long each writes at most. */
const LIFE_MS = 150

export function terminatedWorkers(kind: 'IndexedDB' | 'OPFS'): void {
  test(
    `${WORKERS} workers on ${kind} that are terminated while they write lose nothing that was answered`,
    { timeout: 120_000 },
    async () => {
      const name = `test-terminated-${Date.now()}`
      let written = 0
      for (let i = 0; i < WORKERS; i++) {
        const worker = new Worker(new URL('writing-worker.ts', import.meta.url), { type: 'module' })
        const found = new Promise<readonly [number, number]>((resolve, reject) => {
          worker.onmessage = ({ data }: MessageEvent<Told>) => {
            if (data.found !== undefined) resolve(data.found)
            if (data.written !== undefined) written = data.written
            if (data.failed !== undefined) reject(new Error(data.failed))
          }
        })
        worker.postMessage({ kind, name })
        const before = written
        const [alone, together] = await found
        expect(alone).toBeGreaterThanOrEqual(before)
        expect(together).toBe(alone)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * LIFE_MS))
        worker.terminate()
        worker.onmessage = null
      }
      expect(written).toBeGreaterThan(0)
    },
  )
}
