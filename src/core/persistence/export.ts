// All data as an RDB file, while the data goes on changing: a snapshot that nobody stores.
import type { Engine } from '../engine/engine.ts'
import { nextTurn } from '../engine/ports.ts'
import { Snapshot, type SnapshotOptions } from './snapshot.ts'

export interface Export {
  /** The next bytes; null at the end. @throws Error if it was given up before: what is there is no whole file */
  next(): Promise<Uint8Array | null>
  /** Gives up: the data need not be kept as it was any more. */
  cancel(): void
}

/** The state now is what is exported. It is made slice by slice, as fast as it is asked for. */
export function exportRdb(engine: Engine, options: SnapshotOptions = {}): Export {
  const snapshot = new Snapshot(engine, options)
  let ready: Uint8Array[] = []
  let done = false
  let cancelled = false
  let first = true
  return {
    async next() {
      while (ready.length === 0 && !done && !cancelled) {
        if (!first) await nextTurn(engine.clock)
        first = false
        if (cancelled) break
        const slice = snapshot.slice()
        ready = [...slice.chunks].reverse()
        done = slice.done
      }
      if (cancelled) throw new Error('the export was given up')
      return ready.pop() ?? null
    },
    cancel() {
      snapshot.release()
      ready = []
      cancelled = true
    },
  }
}
