// LATENCY: when commands took longer than `latency-monitor-threshold` milliseconds, as a series for each kind of event, and
// how long each command takes. https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/latency-monitor/
import { container, type Row, row } from '../engine/command.ts'
import { help } from '../engine/commands/help.ts'
import type { Engine } from '../engine/engine.ts'
import { MapReply, type Reply, ReplyError, Verbatim } from '../reply.ts'
import type { Observer } from './observer.ts'

/** Redis keeps so many samples of an event. */
const KEPT = 160

interface Sample {
  /** In seconds since 1970. */
  readonly time: number
  millis: number
}
interface Series {
  max: number
  readonly samples: Sample[]
}

export class Latency {
  readonly #engine: Engine
  readonly #series = new Map<string, Series>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Seconds since 1970. */
  get #now(): number {
    return Math.floor(this.#engine.clock.now() / 1000)
  }

  /** Of the samples of one second the longest is kept. */
  add(event: string, millis: number): void {
    const series = this.#series.get(event) ?? { max: 0, samples: [] }
    this.#series.set(event, series)
    series.max = Math.max(series.max, millis)
    const last = series.samples.at(-1)
    if (last?.time === this.#now) last.millis = Math.max(last.millis, millis)
    else series.samples.push({ time: this.#now, millis })
    if (series.samples.length > KEPT) series.samples.shift()
  }

  history(event: string): Reply {
    return (this.#series.get(event)?.samples ?? []).map(({ time, millis }) => [time, millis])
  }

  latest(): Reply {
    return [...this.#series].map(([event, { max, samples }]) => {
      const { time, millis } = samples.at(-1)!
      return [event, time, millis, max]
    })
  }

  /** @param events none for all; @returns how many there were */
  reset(events: readonly string[]): number {
    return [...(events.length > 0 ? events : this.#series.keys())].filter((event) => this.#series.delete(event)).length
  }

  /** @throws ReplyError if there are no samples */
  graph(event: string): string {
    const series = this.#series.get(event)
    if (series === undefined) throw new ReplyError(`ERR No samples available for event '${event}'`)
    const { samples, max } = series
    const times = samples.map(({ millis }) => millis)
    const [high, low] = [Math.max(...times), Math.min(...times)]
    const head = `${event} - high ${high} ms, low ${low} ms (all time high ${max} ms)\n${'-'.repeat(WIDTH)}\n`
    const labels = samples.map(({ time }) => age(this.#now - time))
    const charts = []
    for (let i = 0; i < times.length; i += WIDTH) charts.push(chart(times.slice(i, i + WIDTH), labels.slice(i, i + WIDTH), low, high))
    return head + charts.join('\n')
  }

  /** LATENCY DOCTOR: the samples in words, with advice. */
  report(): string {
    const { config } = this.#engine
    const threshold = config.number('latency-monitor-threshold')!
    if (this.#series.size === 0) {
      return threshold === 0
        ? 'Latency is not monitored: CONFIG SET latency-monitor-threshold <milliseconds> begins it.\n'
        : `No command has taken ${threshold} ms or more since latency is monitored.\n`
    }
    const found = [...this.#series].map(([event, { max, samples }], i) => {
      const average = samples.reduce((sum, { millis }) => sum + millis, 0) / samples.length
      const deviation = samples.reduce((sum, { millis }) => sum + Math.abs(millis - average), 0) / samples.length
      const period = samples.length < 2 ? '' : `, one in ${((this.#now - samples[0].time) / samples.length).toFixed(2)} s`
      return `${i + 1}. ${event}: ${samples.length} spikes${period}, ${Math.round(average)} ms on average (mean deviation ${Math.round(deviation)} ms), at most ${max} ms.`
    })
    const slow = config.number('slowlog-log-slower-than')!
    const unlogged = slow < 0 || (threshold > 0 && slow > threshold * 1000)
    const advice = [
      'SLOWLOG GET shows which commands they were.',
      ...(unlogged ? [`The slow log leaves some of them out: CONFIG SET slowlog-log-slower-than ${threshold * 1000} has them all.`] : []),
      'Commands that go through a large key, or remove one, take long: several smaller keys in its place help.',
      'All commands share one thread with the program around them: what that does between two commands is not counted here.',
    ]
    return `Latency spikes:\n\n${found.join('\n')}\n\nWhat helps:\n\n${advice.map((line) => `- ${line}`).join('\n')}\n`
  }
}

const WIDTH = 80
const ROWS = 4
/** The top of a column, within a row: low, middle, high. */
const TOPS = '_o#'

/** Columns with their labels beneath, downwards. */
function chart(values: readonly number[], labels: readonly string[], low: number, high: number): string {
  const steps = TOPS.length * ROWS
  const heights = values.map((value) => Math.min(Math.floor(((value - low) * steps) / (high - low || 1)), steps - 1))
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const floor = (ROWS - 1 - row) * TOPS.length
    return heights.map((height) => (height < floor ? ' ' : (TOPS[height - floor] ?? '|'))).join('')
  })
  lines.push(' '.repeat(values.length))
  const longest = Math.max(...labels.map((label) => label.length))
  for (let i = 0; i < longest; i++) lines.push(labels.map((label) => label[i] ?? ' ').join(''))
  return `${lines.join('\n')}\n`
}

function age(seconds: number): string {
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}

const FLAGS = 'admin noscript loading stale request_policy:all_nodes'
const READING = `${FLAGS} nondeterministic_output response_policy:special`

export function latencyRow(of: (engine: Engine) => Observer): Row {
  return container('LATENCY', -2, '', [
    row('LATENCY|DOCTOR', 2, READING, '', ({ engine }) => new Verbatim(of(engine).latency.report())),
    row('LATENCY|GRAPH', 3, READING, '', ({ engine }, argv) => new Verbatim(of(engine).latency.graph(argv[2]))),
    row('LATENCY|HISTORY', 3, READING, '', ({ engine }, argv) => of(engine).latency.history(argv[2])),
    row('LATENCY|LATEST', 2, READING, '', ({ engine }) => of(engine).latency.latest()),
    row('LATENCY|RESET', -2, `${FLAGS} response_policy:all_succeeded`, '', ({ engine }, argv) => of(engine).latency.reset(argv.slice(2))),
    row('LATENCY|HISTOGRAM', -2, READING, '', ({ engine }, argv) => histograms(of(engine), engine, argv.slice(2))),
    help('LATENCY'),
  ])
}

/** Of the commands that are named and have been called; of a container's subcommands. */
function histograms(observer: Observer, engine: Engine, names: readonly string[]): Reply {
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  const found = engine.table.commands.filter(({ name }) => wanted.size === 0 || wanted.has(name) || wanted.has(name.split('|', 1)[0]))
  return new MapReply(
    found.flatMap((command): Reply[] => {
      const histogram = observer.histogram(command)
      if (histogram === undefined) return []
      const steps = new MapReply(histogram.doubling().flat())
      return [command.name, new MapReply(['calls', histogram.calls, 'histogram_usec', steps])]
    }),
  )
}
