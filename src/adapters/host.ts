// The ports of core on any JavaScript host: its clock, timers and random numbers.
import type { Clock } from '../core/engine/ports.ts'

interface Unrefable {
  unref?: () => void
}
type Immediate = (run: () => void) => unknown
interface Host {
  setImmediate?: Immediate
  process?: { getBuiltinModule?: (name: string) => { setImmediate?: Immediate } | undefined }
  navigator?: { product?: string }
  scheduler?: { postTask?: (run: () => void, options: { priority: string }) => Promise<void> }
}

/** setTimeout takes a longer delay for 0. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** The host's clock. Its timers do not keep a Node process alive, unless they are told to. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => (globalThis.performance ?? Date).now(),
  after(delay, run, holds = false) {
    let timer: ReturnType<typeof setTimeout>
    const wait = (left: number): void => {
      const more = left - LONGEST_DELAY_MS
      // An infinite delay is not continued: tests that run all their fake timers would never finish.
      timer = setTimeout(more > 0 && more < Infinity ? () => wait(more) : run, Math.min(left, LONGEST_DELAY_MS))
      if (!holds) (timer as Unrefable).unref?.()
    }
    try {
      wait(delay)
      return () => clearTimeout(timer)
    } catch {
      return null // workerd allows no timers outside of a request
    }
  },
  soon: pickSoon(),
}

/** Browsers clamp setTimeout(0) to 4 ms and more, so a slice of a save is followed by the next through something faster. */
function pickSoon(): (run: () => void) => void {
  const { setImmediate, process, scheduler, navigator } = globalThis as Host
  // Jest's jsdom takes it away. React Native's is a microtask, in which nothing is drawn.
  const immediate =
    navigator?.product === 'ReactNative'
      ? undefined
      : (real(setImmediate) ?? real(process?.getBuiltinModule?.('node:timers')?.setImmediate))
  if (immediate !== undefined) return (run) => void immediate(run)
  if (scheduler?.postTask !== undefined) return (run) => void scheduler.postTask!(run, { priority: 'user-visible' })
  // An engine by itself: nobody has anything to do in between.
  if (typeof setTimeout === 'undefined') return (run) => void Promise.resolve().then(run)
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

/**
 * Undefined if a test had replaced it by a fake before this was imported: then only the test would run it. The fakes of Jest, vitest
 * and Sinon have a clock, Jest's legacy ones are mocks, and those of Node are bound.
 */
function real(immediate: Immediate | undefined): Immediate | undefined {
  if (immediate === undefined || 'clock' in immediate || '_isMockFunction' in immediate) return undefined
  return immediate.name.startsWith('bound ') ? undefined : immediate
}

interface NodeBuffer {
  Buffer?: { allocUnsafeSlow(length: number): Uint8Array }
}

/** Memory for what is written: in Node a Buffer, which writes long strings in native code. */
export function allocate(length: number): Uint8Array {
  const { Buffer } = globalThis as NodeBuffer
  return Buffer === undefined ? new Uint8Array(length) : Buffer.allocUnsafeSlow(length)
}
