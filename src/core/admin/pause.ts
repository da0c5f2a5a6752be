// Commands held back until later: CLIENT PAUSE, and DEBUG SLEEP, which stops nothing but the engine. What a connection says
// stays in order: behind a command that is held back, its others are too. https://redis.io/docs/latest/commands/client-pause/
import { milliseconds } from '../engine/arguments.ts'
import { type Argv, type Command, FLAG, type Row, row } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import { subcommandSyntax } from '../engine/errors.ts'
import { elapsed, timeout } from '../engine/ports.ts'
import type { Session } from '../engine/session.ts'
import type { ActiveExpiry } from './active-expiry.ts'
import { CLOSED, OK, type Reply, ReplyError } from '../reply.ts'

const MODE = new ReplyError('ERR CLIENT PAUSE mode must be WRITE or ALL')

interface Held {
  readonly session: Session
  readonly argv: Argv
  readonly resolve: (reply: Reply | Promise<Reply>) => void
}

export class Pause {
  readonly #engine: Engine
  readonly #expiry: ActiveExpiry
  /** When it ends, as `elapsed` counts; -Infinity if no client asked for a pause. */
  #until = -Infinity
  #everything = false
  /** How many commands keep the engine to themselves, and how many let nobody write. */
  #busy = 0
  #quiet = 0
  #ended = false
  #held: Held[] = []
  /** The sessions of the commands that are held back. */
  readonly #waiting = new Set<Session>()
  #cancel: (() => void) | null = null

  constructor(engine: Engine, expiry: ActiveExpiry) {
    this.#engine = engine
    this.#expiry = expiry
    engine.onClose.add(() => {
      this.#ended = true
      this.end()
    })
  }

  /** Whether a client asked for a pause. */
  get #asked(): boolean {
    return this.#until > -Infinity
  }

  /** How many connections are held back. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** CLIENT PAUSE. Of two, the later end counts, and what holds back more. */
  begin(milliseconds: number, everything: boolean): void {
    this.#until = Math.max(elapsed(this.#engine.clock) + milliseconds, this.#until)
    this.#everything ||= everything
    this.#close()
    this.#wait()
  }

  /** CLIENT UNPAUSE. */
  end(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#until = -Infinity
    this.#everything = false
    this.#open()
  }

  /** Nothing else runs, or only nothing that writes, until this has settled. */
  async during<T>(work: Promise<T>, everything = true): Promise<T> {
    if (everything) this.#busy++
    else this.#quiet++
    this.#close()
    try {
      return await work
    } finally {
      // The reply to it goes out before those of others.
      this.#engine.clock.soon(() => {
        if (everything) this.#busy--
        else this.#quiet--
        this.#open()
      })
    }
  }

  #close(): void {
    const engine = this.#engine
    engine.gate ??= (session, command, argv) => this.#gate(session, command, argv)
    engine.restrict()
    this.#expiry.hold(this)
  }

  /** What was held back runs, in the order it came. */
  #open(): void {
    if (!this.#ended && (this.#busy > 0 || this.#quiet > 0 || this.#asked)) return
    const engine = this.#engine
    engine.gate = null
    engine.restrict()
    this.#expiry.release(this)
    const held = this.#held
    this.#held = []
    this.#waiting.clear()
    for (const { session, argv, resolve } of held) resolve(session.closed ? CLOSED : session.execute(argv))
  }

  /** A connection has ended: its commands are dropped, however long the pause lasts. */
  forget(session: Session): void {
    if (!this.#waiting.delete(session)) return
    const gone = this.#held.filter((held) => held.session === session)
    this.#held = this.#held.filter((held) => held.session !== session)
    for (const { resolve } of gone) resolve(CLOSED)
  }

  #wait(): void {
    const { clock } = this.#engine
    this.#cancel?.()
    this.#cancel = timeout(clock, this.#until - elapsed(clock), () => this.end(), this.#held.length > 0)
  }

  #gate(session: Session, command: Command, argv: Argv): Promise<Reply> | null {
    // Where there are no timers, the next command is what ends a pause.
    if (this.#asked && elapsed(this.#engine.clock) >= this.#until) this.end()
    const all = this.#busy > 0 || this.#everything || this.#waiting.has(session)
    // Sessions that cannot wait, such as that of `redis.sync`, are not held back.
    if (!session.mayBlock || !(all || ((this.#asked || this.#quiet > 0) && writes(session, command, argv)))) return null
    this.#waiting.add(session)
    return new Promise((resolve) => {
      this.#held.push({ session, argv, resolve })
      // From now on somebody waits for the end.
      if (this.#asked && this.#held.length === 1) this.#wait()
    })
  }
}

function writes({ engine, transaction }: Session, command: Command, argv: Argv): boolean {
  const alone = ({ flags, name }: Command, words: Argv): boolean =>
    (flags & FLAG.write) !== 0 || ((flags & FLAG.may_replicate) !== 0 && engine.scripting.readsOnly?.(name, words) !== true)
  return command.name === 'exec' ? transaction.queue?.some((queued) => alone(queued.command, queued.argv)) === true : alone(command, argv)
}

const FLAGS = 'admin noscript loading stale'

export function pauseRows(of: (engine: Engine) => Pause): Row[] {
  return [
    row('CLIENT|PAUSE', -3, FLAGS, '', ({ engine }, argv) => {
      if (argv.length > 4) throw subcommandSyntax(argv)
      const mode = argv[3]?.toUpperCase() ?? 'ALL'
      if (mode !== 'ALL' && mode !== 'WRITE') throw MODE
      of(engine).begin(milliseconds(argv[2]), mode === 'ALL')
      return OK
    }),
    row('CLIENT|UNPAUSE', 2, FLAGS, '', ({ engine }) => {
      of(engine).end()
      return OK
    }),
  ]
}
