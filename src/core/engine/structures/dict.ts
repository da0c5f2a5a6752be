// A slot table with one value a key: the fields of a hash, the scores of a sorted set, the keyspace.
import type { ByteString } from '../../bytes.ts'
import { SlotTable } from './slot-table.ts'

export class Dict<V> extends SlotTable {
  values: V[] = []

  get(key: ByteString): V | undefined {
    const slot = this.find(key)
    return slot < 0 ? undefined : this.values[slot]
  }

  /** Sets a value. @returns whether the key is new */
  set(key: ByteString, value: V): boolean {
    const slot = this.find(key)
    if (slot < 0) {
      this.insert(key, value)
      return true
    }
    this.setAt(slot, value)
    return false
  }

  setAt(slot: number, value: V): void {
    this.tell(slot)
    this.values[slot] = value
  }

  /** Adds a key that is not there yet. @returns its slot */
  insert(key: ByteString, value: V): number {
    if (this.values.length === 0) this.values = [value]
    else this.values.push(value)
    return this.append(key)
  }

  protected override move(from: number, to: number): void {
    this.values[to] = this.values[from]
  }

  protected override dropLast(): void {
    super.dropLast()
    this.values.pop()
  }
}
