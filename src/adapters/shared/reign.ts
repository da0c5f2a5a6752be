// The time during which a tab owns the database: it makes the engine, says so to all tabs, and runs what its guests ask.
import type { EmbeddedRedis } from '../embedded.ts'
import { LockedError } from '../storage/web-lock.ts'
import { Channel } from './channels.ts'
import type { Election } from './election.ts'
import { Guest } from './guest.ts'
import { type Notice, type Requests, WIRE } from './wire.ts'

/** The engine of this tab, if it is the owner. */
export interface Owned {
  readonly redis: EmbeddedRedis
  /** Another tab has taken over: it ends without touching what is stored. */
  abandon(): Promise<void>
}

/**
 * Makes the engine.
 * @param takeOver the owner before may not know that it is none any more
 * @param onTaken called when the storage refuses to be written because another tab has it
 */
export type OpenEngine = (takeOver: boolean, onTaken: () => void) => Promise<Owned>

/** It is open once the engine is there. While it is closing, nothing that comes runs. */
type Phase = 'opening' | 'open' | 'closing' | 'over'

/** How a tab and the others that share the database know each other. */
export interface Circle {
  /** What they have in common. */
  readonly name: string
  readonly election: Election
  readonly everyone: Channel<Notice, Notice>
}

export class Reign {
  readonly id: string
  /** Whether it lasts, or is handed over to the first tab that stays longer. */
  readonly stays: boolean
  readonly #circle: Circle
  readonly #guests = new Map<string, { readonly guest: Guest; readonly end: () => void }>()
  phase: Phase = 'opening'
  /** The engine, from when it is open. */
  owned: Owned | null = null
  /** What guests ask comes in here. */
  #requests: Channel<never, Requests> | null = null

  constructor(id: string, stays: boolean, circle: Circle) {
    this.id = id
    this.stays = stays
    this.#circle = circle
  }

  /** Tells all tabs who has the database, and whether it can be used yet. */
  announce(): void {
    this.#circle.everyone.send({ is: this.owned === null ? 'claim' : 'owner', owner: this.id, wire: WIRE })
  }

  /** Makes the engine, with `open`. The reign may be over before it is there. */
  async makeEngine(open: OpenEngine, takeOver: boolean, onTaken: () => void): Promise<Owned> {
    try {
      return await open(takeOver, onTaken)
    } catch (error) {
      // A tab that has lost the database may still have the storage: it is frozen, or had only begun to open it.
      const { election } = this.#circle
      const left = error instanceof LockedError && this.phase !== 'over' && !takeOver && (await election.isMember(error.holder))
      if (!left) throw error
      return this.makeEngine(open, true, onTaken)
    }
  }

  /** Begins to run what guests ask. */
  open(owned: Owned): void {
    this.phase = 'open'
    this.owned = owned
    const receive = ({ tab, requests }: Requests): void => this.#guests.get(tab)?.guest.receive(requests)
    this.#requests = new Channel(`${this.#circle.name}:${this.id}`, receive)
  }

  /** Makes a tab a guest, while it is open. */
  async admit(tab: string, first: number): Promise<void> {
    const { name, election } = this.#circle
    const { redis } = this.owned!
    const backend = await redis.backend.connect()
    if (this.phase !== 'open') return backend.close()
    // A guest that took itself for the owner in between comes a second time.
    this.#guests.get(tab)?.end()
    const guest = new Guest(this.id, `${name}:${tab}`, backend, redis, first)
    const forget = election.whenGone(tab, () => {
      this.#guests.delete(tab)
      guest.end()
    })
    this.#guests.set(tab, {
      guest,
      end() {
        forget()
        guest.end()
      },
    })
  }

  /** Has nothing run any more: the engine is about to save and to end. */
  refuse(): void {
    this.#circle.everyone.send({ is: 'closing', owner: this.id })
    this.phase = 'closing'
    for (const { guest } of this.#guests.values()) guest.refuse()
  }

  end(): void {
    this.phase = 'over'
    for (const { end } of this.#guests.values()) end()
    this.#requests?.close()
  }
}
