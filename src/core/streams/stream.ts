// The value of a key that holds a stream. The engine and what saves it know streams by this class's type only: an engine without
// their commands has none of the code in this folder.
import type { ByteString } from '../bytes.ts'
import type { OrderedPart } from '../persistence/rdb/writer.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { StreamLog } from './stream-log.ts'
import { streamParts } from './saving.ts'

// Bytes on V8, as in memory.ts of the engine.
const PENDING = 140 // an entry in a pending list and in its consumer's
const ORDERED = 104 // a delivery in the order of deliveries
const GROUP = 400
const CONSUMER = 400 // with an entry or two

/** Entries and consumer groups. A stream without entries is still there. */
export class Stream extends StreamLog {
  readonly type = 'stream'
  counted = 0
  readonly groups = new Map<ByteString, ConsumerGroup>()

  /** How many entries, pending entries and consumers it has. */
  get elements(): number {
    let elements = this.size
    for (const { pel, consumers } of this.groups.values()) elements += pel.size + consumers.size
    return elements
  }

  /** Bytes of memory that it takes, known without going through its entries. */
  get bytes(): number {
    let bytes = 1100 + this.chars + this.size * 80
    for (const [name, { pel, ordered, consumers, chars }] of this.groups) {
      bytes += GROUP + name.length + pel.size * PENDING + ordered * ORDERED + consumers.size * CONSUMER + chars
    }
    return bytes
  }

  copy(): Stream {
    const stream = new Stream()
    stream.copyFrom(this)
    for (const [name, group] of this.groups) stream.groups.set(name, group.copy())
    return stream
  }

  /** How many nodes a file has of it: those that were emptied are not written. */
  get nodes(): number {
    return this.chunks.filter(({ values }) => values.length > 0).length
  }

  /** All of it as a file has it. */
  parts(): OrderedPart[] {
    return streamParts(this)
  }
}
