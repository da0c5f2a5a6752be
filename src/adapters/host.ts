// The ports of core on any JavaScript host: its clock, timers and random numbers.
import type { Clock } from '../core/engine/ports.ts'

interface Unrefable {
  unref?: () => void
}
type Immediate = { setImmediate?: (run: () => void) => void }
type Scheduler = { scheduler?: { postTask?: (run: () => void, options: { priority: string }) => Promise<void> } }

/** Hosts take more for nothing at all. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** The host's clock. Its timers do not keep a Node process alive, unless they are told to. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delay, run, holds = false) {
    try {
      const timer = setTimeout(run, Math.min(delay, LONGEST_DELAY_MS))
      if (!holds) (timer as Unrefable).unref?.()
      return () => clearTimeout(timer)
    } catch {
      return null // workerd allows no timers outside of a request
    }
  },
  soon: pickSoon(),
}

/** Browsers clamp setTimeout(0) to 4 ms and more, so a slice of a save is followed by the next through something faster. */
function pickSoon(): (run: () => void) => void {
  const { setImmediate } = globalThis as Immediate
  if (setImmediate !== undefined) return (run) => setImmediate(run)
  const { scheduler } = globalThis as Scheduler
  if (scheduler?.postTask !== undefined) return (run) => void scheduler.postTask!(run, { priority: 'user-visible' })
  // workerd has neither, unless asked for a newer compatibility date.
  if (typeof MessageChannel === 'undefined') return (run) => void setTimeout(run, 0)
  return (run) => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      channel.port1.close()
      run()
    }
    channel.port2.postMessage(null)
  }
}

interface NodeBuffer {
  Buffer?: { allocUnsafeSlow(length: number): Uint8Array }
}

/** Memory for what is written: in Node a Buffer, which writes long strings in native code. */
export function allocate(length: number): Uint8Array {
  const { Buffer } = globalThis as NodeBuffer
  return Buffer === undefined ? new Uint8Array(length) : Buffer.allocUnsafeSlow(length)
}
