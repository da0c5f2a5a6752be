// The stored data as it lies in IndexedDB, for the case that the engine cannot read it: to take a copy, or to delete it.

const databaseName = (name: string): string => `isodis:${name}`

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the request failed'))
  })
}

/** All chunks in the order of their keys, as one file. If they are all there, it is an RDB file. */
export async function downloadStored(name: string): Promise<void> {
  const db = await settled(indexedDB.open(databaseName(name)))
  try {
    const parts: BlobPart[] = []
    for (const store of db.objectStoreNames) {
      const values: unknown[] = await settled(db.transaction(store).objectStore(store).getAll())
      for (const value of values) if (value instanceof Uint8Array) parts.push(value as Uint8Array<ArrayBuffer>)
    }
    offer(new Blob(parts, { type: 'application/octet-stream' }), `${name}.rdb`)
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
