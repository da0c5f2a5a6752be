// What a node of a cluster asks of commands: all their keys are in one slot. It is the only node and has every slot, so no key
// is ever elsewhere. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#redis-cluster-architecture
import type { Argv, Command } from '../engine/command.ts'
import type { SlotRules } from '../engine/engine.ts'
import { findKeys, type KeySpec, keySpecs } from '../engine/key-specs.ts'
import type { Session } from '../engine/session.ts'
import { ReplyError } from '../reply.ts'
import { slotOf } from '../slots.ts'
import { CROSS_SLOT } from './errors.ts'

const NOT_LOCAL = new ReplyError('ERR Script attempted to access a non local key in a cluster node')
const OTHER_SLOT = new ReplyError('ERR Script attempted to access keys that do not hash to the same slot')

/** What a command has instead of a slot: no keys, or keys of several. */
const NONE = -1
const SEVERAL = -2

export class OneNodeRules implements SlotRules {
  readonly #specs = new Map<Command, KeySpec[]>()
  /** That of the keys of what a client has said, and then of all that its script uses. */
  #slot = NONE

  ofClient(session: Session, command: Command, argv: Argv): ReplyError | null {
    const { queue } = session.transaction
    const lines = command.name === 'exec' && queue !== null ? queue : [{ command, argv }]
    this.#slot = lines.reduce((slot, line) => join(slot, this.#slotOf(line.command, line.argv)), NONE)
    return this.#slot === SEVERAL ? CROSS_SLOT : null
  }

  ofScript(command: Command, argv: Argv, anySlot: boolean): ReplyError | null {
    const slot = this.#slotOf(command, argv)
    if (slot === SEVERAL) return NOT_LOCAL
    if (anySlot) return null
    const joint = join(this.#slot, slot)
    if (joint === SEVERAL) return OTHER_SLOT
    this.#slot = joint
    return null
  }

  /** Shard channels are in slots too. */
  #slotOf(command: Command, argv: Argv): number {
    let specs = this.#specs.get(command)
    if (specs === undefined) this.#specs.set(command, (specs = keySpecs(command)))
    const keys = findKeys(command, argv, specs) ?? []
    // Streams without an ID for each: XREAD's own error comes then.
    if (command.name.startsWith('xread') && (argv.length - (keys[0]?.at ?? 0)) % 2 !== 0) return NONE
    return keys.reduce((slot, { key }) => join(slot, slotOf(key)), NONE)
  }
}

const join = (a: number, b: number): number => (a === NONE || a === b ? b : b === NONE ? a : SEVERAL)
