// What the page shows of the engine's state, out of INFO's text.

export interface Status {
  /** Keys in each database that has some, by its number. */
  readonly databases: ReadonlyMap<number, number>
  /** The same as text: it changes when they do. */
  readonly keyspace: string
  readonly expired: number
  /** Bytes. */
  readonly memory: number
  /** Changes that no save has yet. */
  readonly changes: number
  /** What holds the save lock. */
  readonly lock: 'free' | 'BGSAVE' | 'BGREWRITEAOF'
  readonly saving: boolean
  /** Keys that the running save has written, of all. */
  readonly processed: number
  readonly total: number
  /** Bytes that the running save holds because of writes since it began. */
  readonly copied: number
  /** Seconds since 1970. */
  readonly lastSave: number
  /** Seconds that the last save took, -1 if there was none. */
  readonly lastSeconds: number
  readonly saves: number
  readonly failed: boolean
  readonly journalFailed: boolean
  /** Bytes. */
  readonly journalSize: number
}

export function parseStatus(info: string): Status {
  const fields = new Map(info.split('\r\n').map((line) => line.split(/:(.*)/, 2) as [string, string]))
  const number = (name: string): number => Number(fields.get(name) ?? 0)
  const databases = new Map(
    [...fields].flatMap(([name, value]) => {
      const keys = /^db\d+$/.test(name) ? /^keys=(\d+)/.exec(value) : null
      return keys === null ? [] : [[Number(name.slice(2)), Number(keys[1])] as const]
    }),
  )
  const saving = number('rdb_bgsave_in_progress') === 1
  return {
    databases,
    keyspace: JSON.stringify([...databases]),
    expired: number('expired_keys'),
    memory: number('used_memory'),
    changes: number('rdb_changes_since_last_save'),
    lock: saving ? 'BGSAVE' : number('aof_rewrite_in_progress') === 1 ? 'BGREWRITEAOF' : 'free',
    saving,
    processed: number('current_save_keys_processed'),
    total: number('current_save_keys_total'),
    copied: number('current_cow_size'),
    lastSave: number('rdb_last_save_time'),
    lastSeconds: Number(fields.get('rdb_last_bgsave_time_sec') ?? -1),
    saves: number('rdb_saves'),
    failed: fields.get('rdb_last_bgsave_status') === 'err',
    journalFailed: fields.get('aof_last_write_status') === 'err',
    journalSize: number('aof_current_size'),
  }
}
