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
        let hasFound: (found: readonly [number, number]) => void
        const found = new Promise<readonly [number, number]>((resolve) => (hasFound = resolve))
        let hasWritten = (): void => {}
        const wrote = new Promise<void>((resolve) => (hasWritten = resolve))
        const failed = new Promise<never>((_, reject) => {
          worker.onmessage = ({ data }: MessageEvent<Told>) => {
            if (data.found !== undefined) hasFound(data.found)
            if (data.failed !== undefined) reject(new Error(data.failed))
            if (data.written === undefined) return
            written = data.written
            hasWritten()
          }
        })
        worker.postMessage({ kind, name })
        const before = written
        const [alone, together] = await Promise.race([found, failed])
        expect(alone).toBeGreaterThanOrEqual(before)
        expect(together).toBe(alone)
        // However slow the machine is, something is there to be lost.
        if (i === 0) await Promise.race([wrote, failed])
        await Promise.race([new Promise((resolve) => setTimeout(resolve, Math.random() * LIFE_MS)), failed])
        worker.terminate()
        worker.onmessage = null
      }
      expect(written).toBeGreaterThan(0)
    },
  )
}
