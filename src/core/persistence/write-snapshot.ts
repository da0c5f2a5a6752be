// Writing a snapshot to where it is kept, slice by slice, with a turn for the host in between. In the end it is committed
// whole, or nothing of it is left.
import { type Clock, elapsed, nextTurn } from '../engine/ports.ts'
import type { Snapshot } from './snapshot.ts'
import type { SnapshotWriter } from './storage.ts'

/** A snapshot that was given up, not failed. */
export class Aborted extends Error {}

export interface WatchedRun {
  readonly snapshot: Snapshot
  /** Set from outside to have it given up. */
  aborted: boolean
  /** Until then it is written without giving the host a turn: the page may be gone after that. */
  readonly hurriedUntil?: number
  /** The most bytes that were held for what was changed before its turn. */
  peakCowSize: number
  /** Bytes that the storage has taken. */
  size: number
}

/** @throws Aborted, and what the storage throws */
export async function writeSnapshot(run: WatchedRun, open: () => Promise<SnapshotWriter>, clock: Clock): Promise<void> {
  const { snapshot } = run
  let writer: SnapshotWriter | null = null
  try {
    writer = await open()
    for (let more = true; more;) {
      if (run.aborted) throw new Aborted()
      const slice = snapshot.slice()
      more = !slice.done
      // Storing takes its time too: IndexedDB copies what it is given.
      if (more && elapsed(clock) >= (run.hurriedUntil ?? 0)) await nextTurn(clock)
      for (const chunk of slice.chunks) {
        await writer.write(chunk)
        run.size += chunk.length
        snapshot.reuse(chunk)
      }
      run.peakCowSize = Math.max(run.peakCowSize, snapshot.cowSize)
    }
    if (run.aborted) throw new Aborted()
    await writer.commit()
  } catch (error) {
    snapshot.release()
    await writer?.abort().catch(() => {})
    throw error
  }
}
