// ACL LOG: who was refused, and who failed to log in.
import type { ByteString } from '../../bytes.ts'
import type { Argv, Command } from '../../engine/command.ts'
import { describe } from '../../engine/commands/connection.ts'
import type { Session } from '../../engine/session.ts'
import { Newest } from '../newest.ts'
import { Double, MapReply, type Reply } from '../../reply.ts'
import type { Reason } from './selector.ts'

/** What happens again within this time is counted in its entry, if that is among so many of the newest. */
const SAME_MS = 60_000
const LOOKED_AT = 10

export type Context = 'toplevel' | 'multi' | 'lua'

interface Failure {
  readonly reason: Reason | 'auth'
  readonly context: Context
  readonly object: ByteString
  readonly username: ByteString
}

interface Entry extends Failure {
  readonly id: number
  readonly client: ByteString
  readonly count: number
  /** In milliseconds since 1970: the first time and the last. */
  readonly created: number
  readonly updated: number
}

export class AclLog {
  readonly #entries = new Newest<Entry>()
  #nextId = 0
  /** How often somebody was refused, by reason; ACL LOG RESET does not forget it. */
  readonly denied: Record<Failure['reason'], number> = { auth: 0, command: 0, key: 0, channel: 0 }

  /** A command has failed for a wrong password. */
  failed(session: Session, command: Command, argv: Argv): void {
    const at = argv.findIndex((word) => word.toUpperCase() === 'AUTH')
    const username = command.name === 'auth' && argv.length === 2 ? 'default' : argv[at + 1]
    this.add(session, { reason: 'auth', context: session.inExec ? 'multi' : 'toplevel', object: argv[0], username })
  }

  /** The newest again, once more, or an entry of its own. */
  add(session: Session, failure: Failure): void {
    const { clock, config } = session.engine
    this.denied[failure.reason]++
    const updated = clock.now()
    const same = this.#entries.first(LOOKED_AT).find((each) => {
      const isSame = (['reason', 'context', 'object', 'username'] as const).every((field) => each[field] === failure[field])
      return isSame && Math.abs(updated - each.updated) <= SAME_MS
    })
    const { id, count, created } = same ?? { id: this.#nextId++, count: 0, created: updated }
    if (same !== undefined) this.#entries.remove(same)
    const entry = { ...failure, id, client: describe(session), count: count + 1, created, updated }
    this.#entries.add(entry, config.number('acllog-max-len')!)
  }

  entries(count: number, now: number): Reply {
    return this.#entries.first(Math.max(0, count)).map((entry) => {
      return new MapReply([
        ...['count', entry.count, 'reason', entry.reason, 'context', entry.context, 'object', entry.object, 'username', entry.username],
        ...['age-seconds', new Double((now - entry.updated) / 1000), 'client-info', entry.client],
        ...['entry-id', entry.id, 'timestamp-created', entry.created, 'timestamp-last-updated', entry.updated],
      ])
    })
  }

  clear(): void {
    this.#entries.clear()
  }
}
