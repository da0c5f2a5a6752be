// INFO's instantaneous figures: what came and went per second, of late. No timer counts, since tests fake those, and an engine
// that nobody asks is to be left alone: commands look at the clock anyway, and the first of each tenth of a second notes the totals.
import type { Engine } from '../engine/engine.ts'
import { elapsed } from '../engine/ports.ts'

/** How long "of late" is, and how often totals are noted meanwhile, in milliseconds: as in Redis. */
const WINDOW = 1600
const STEP = 100

interface Totals {
  readonly at: number
  readonly commands: number
  readonly input: number
  readonly output: number
}

export class Rates {
  /** When totals are to be noted next. */
  due = 0
  readonly #engine: Engine
  #noted: Totals[] = []
  /** CONFIG RESETSTAT makes another. */
  #calls: number[] | null = null

  constructor(engine: Engine) {
    this.#engine = engine
  }

  note(at: number): void {
    const { stats } = this.#engine
    if (stats.calls !== this.#calls) this.#noted = []
    this.#calls = stats.calls
    this.#noted.push({ at, commands: stats.commands, input: stats.inputBytes, output: stats.outputBytes })
    // One that is as old as the window stays, to begin from.
    while (this.#noted.length > 2 && this.#noted[1].at <= at - WINDOW) this.#noted.shift()
    this.due = at + STEP
  }

  /** Per second: commands, and bytes that came and went. */
  get now(): { readonly commands: number; readonly input: number; readonly output: number } {
    this.note(elapsed(this.#engine.clock))
    const [first, last] = [this.#noted[0], this.#noted.at(-1)!]
    const seconds = (last.at - first.at) / 1000
    const rate = (name: 'commands' | 'input' | 'output'): number => (seconds === 0 ? 0 : (last[name] - first[name]) / seconds)
    return { commands: rate('commands'), input: rate('input'), output: rate('output') }
  }
}
