// The time during which a tab owns the database: it has the engine, and runs what its guests ask.
import type { EmbeddedRedis } from '../memory.ts'
import { Channel } from './channels.ts'
import type { Election } from './election.ts'
import { Guest } from './guest.ts'
import type { Requests } from './wire.ts'

/** The engine of this tab, if it is the owner. */
export interface Owned {
  readonly redis: EmbeddedRedis
  /** Another tab has taken over: it ends without touching what is stored. */
  abandon(): Promise<void>
}

/** It is open once the engine is there. While it is closing, nothing that comes runs. */
type Phase = 'opening' | 'open' | 'closing' | 'over'

export class Reign {
  readonly id: string
  /** Whether it lasts, or is handed over to the first who stays longer. */
  readonly stays: boolean
  readonly #name: string
  readonly #election: Election
  readonly #guests = new Map<string, { readonly guest: Guest; readonly end: () => void }>()
  phase: Phase = 'opening'
  /** The engine, from when it is open. */
  owned: Owned | null = null
  /** What guests ask comes in here. */
  #requests: Channel<never, Requests> | null = null

  /** @param name what the tabs that share the database have in common */
  constructor(id: string, stays: boolean, name: string, election: Election) {
    this.id = id
    this.stays = stays
    this.#name = name
    this.#election = election
  }

  open(owned: Owned): void {
    this.phase = 'open'
    this.owned = owned
    this.#requests = new Channel(`${this.#name}:${this.id}`, ({ tab, requests }) => this.#guests.get(tab)?.guest.receive(requests))
  }

  /** While it is open. */
  async admit(tab: string, first: number): Promise<void> {
    const { redis } = this.owned!
    const backend = await redis.backend.connect()
    if (this.phase !== 'open') return backend.close()
    // A guest that took itself for the owner in between comes a second time.
    this.#guests.get(tab)?.end()
    const guest = new Guest(this.id, `${this.#name}:${tab}`, backend, redis, first)
    const forget = this.#election.whenGone(tab, () => {
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

  /** What comes now does not run. */
  refuse(): void {
    this.phase = 'closing'
    for (const { guest } of this.#guests.values()) guest.refuse()
  }

  end(): void {
    this.phase = 'over'
    for (const { end } of this.#guests.values()) end()
    this.#requests?.close()
  }
}
