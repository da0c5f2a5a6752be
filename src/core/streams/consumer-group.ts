// A consumer group of a stream: how far it has read, who reads, and which entries have been handed out but not yet
// acknowledged (the pending entries list, PEL). A pending entry is never changed, only replaced, so that the guard of the
// list hears of it.
import type { ByteString } from '../bytes.ts'
import type { Int64 } from '../numbers.ts'
import { DeliveryOrder } from './delivery-order.ts'
import { IdMap } from './id-map.ts'
import { compareIds, MAX_ID, MIN_ID, type StreamId } from './stream-id.ts'
import { type StreamLog, sum } from './stream-log.ts'

export interface PendingEntry {
  readonly consumer: Consumer
  /** When it was last delivered, in milliseconds since 1970. */
  readonly time: number
  /** How often it was delivered. */
  readonly count: Int64
}

export class Consumer {
  readonly name: ByteString
  /** When it was last heard of, in milliseconds since 1970. */
  seen: number
  /** When it last got an entry, in milliseconds since 1970; -1 for never. */
  active: number
  /** The IDs of its pending entries. */
  readonly pending = new IdMap<true>()

  constructor(name: ByteString, seen: number, active: number) {
    this.name = name
    this.seen = seen
    this.active = active
  }
}

export class ConsumerGroup {
  /** The last ID that was handed out. */
  lastId: StreamId
  /** How many of the stream's entries were ever handed out; -1 if that is not known. */
  entriesRead: Int64
  readonly pel = new IdMap<PendingEntry>()
  readonly consumers = new Map<ByteString, Consumer>()
  /** Bytes of the consumers' names. */
  chars = 0
  /** Made when CLAIM first needs it, and again after `add` could not keep it up to date. */
  #order: DeliveryOrder | null = null

  constructor(lastId: StreamId, entriesRead: Int64) {
    this.lastId = lastId
    this.entriesRead = entriesRead
  }

  /** Adds a consumer that is not there. */
  addConsumer(name: ByteString, seen: number, active = -1): Consumer {
    const consumer = new Consumer(name, seen, active)
    this.consumers.set(name, consumer)
    this.chars += name.length
    return consumer
  }

  /** The consumers by name. @param busy only those with pending entries */
  sortedConsumers(busy = false): Consumer[] {
    const consumers = [...this.consumers.values()].filter(({ pending }) => !busy || pending.size > 0)
    return consumers.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Removes a consumer with its pending entries. */
  deleteConsumer(consumer: Consumer): void {
    consumer.pending.walk(MIN_ID, MAX_ID, false, (_, ms, seq) => void this.pel.delete({ ms, seq }))
    this.consumers.delete(consumer.name)
    this.chars -= consumer.name.length
  }

  /** Makes an entry pending for a consumer, whoever had it. */
  assign(id: StreamId, entry: PendingEntry): void {
    const before = this.pel.get(id)?.consumer
    if (before !== entry.consumer) {
      before?.pending.delete(id)
      entry.consumer.pending.set(id, true)
    }
    this.pel.set(id, entry)
    if (this.#order?.add(id, entry) === false) this.#order = null
  }

  /** Hands an entry to a consumer that was heard of just now. */
  deliver(id: StreamId, entry: PendingEntry): void {
    this.assign(id, entry)
    entry.consumer.active = entry.consumer.seen
  }

  /** What is pending, in the order of delivery. */
  get order(): DeliveryOrder {
    return (this.#order ??= new DeliveryOrder(this.pel))
  }

  /** How many deliveries are held in order: see memory.ts. */
  get ordered(): number {
    return this.#order?.size ?? 0
  }

  /** Must be called when an ID that is pending may be used for another entry, as after XSETID. */
  forgetOrder(): void {
    this.#order = null
  }

  /** An entry is pending no more. @returns whether it was */
  acknowledge(id: StreamId): boolean {
    this.pel.get(id)?.consumer.pending.delete(id)
    return this.pel.delete(id)
  }

  /** Moves the group's last delivered ID on to an entry. */
  advance(log: StreamLog, id: StreamId): void {
    if (compareIds(id, this.lastId) <= 0) return
    if (this.entriesRead !== -1 && !log.hasTombstones(id)) this.entriesRead = sum(this.entriesRead, 1)
    else if (log.added !== 0) this.entriesRead = log.positionOf(id)
    this.lastId = id
  }

  /** How many entries of its stream are still to be handed out; null if that cannot be told. */
  lag(log: StreamLog): Int64 | null {
    if (log.added === 0) return 0
    const known = this.entriesRead !== -1 && !log.hasTombstones(this.lastId)
    const read = known ? this.entriesRead : log.positionOf(this.lastId)
    return read === -1 ? null : sum(log.added, -read)
  }

  copy(): ConsumerGroup {
    const group = new ConsumerGroup(this.lastId, this.entriesRead)
    for (const { name, seen, active } of this.consumers.values()) group.addConsumer(name, seen, active)
    this.pel.walk(MIN_ID, MAX_ID, false, ({ consumer, time, count }, ms, seq) => {
      group.assign({ ms, seq }, { consumer: group.consumers.get(consumer.name)!, time, count })
    })
    return group
  }
}
