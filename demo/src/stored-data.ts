// The stored data as it lies in IndexedDB, for the case that the engine cannot read it: to take a copy, or to delete it.

const databaseName = (name: string): string => `isodis:${name}`

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the request failed'))
  })
}

/** A record ends with a checksum of so many bytes. */
const SEAL = 8

/** Each snapshot and each delta to it as an RDB file, and each part of a journal as an append-only file. */
export async function downloadStored(name: string): Promise<void> {
  const db = await settled(indexedDB.open(databaseName(name)))
  try {
    for (const store of db.objectStoreNames) {
      const files = new Map<string, BlobPart[]>()
      const records = db.transaction(store).objectStore(store)
      const [keys, values] = await Promise.all([settled(records.getAllKeys()), settled<unknown[]>(records.getAll())])
      for (const [i, value] of values.entries()) {
        const [kind, id] = (keys[i] as string).split('/')
        if ((kind !== 'run' && kind !== 'journal') || !(value instanceof Uint8Array)) continue
        const file = `${name}-${id}.${kind === 'run' ? 'rdb' : 'aof'}`
        files.set(file, [...(files.get(file) ?? []), value.slice(0, -SEAL)])
      }
      for (const [file, parts] of files) offer(new Blob(parts, { type: 'application/octet-stream' }), file)
    }
  } finally {
    db.close()
  }
}

export async function deleteStored(name: string): Promise<void> {
  await settled(indexedDB.deleteDatabase(databaseName(name)))
}

function offer(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
