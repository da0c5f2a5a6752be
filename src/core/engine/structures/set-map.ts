// Several values a key: who waits for a key, who watches it, who listens to a channel. A key without values is not there.

export type SetMap<K, V> = Map<K, Set<V>>

export function addTo<K, V>(map: SetMap<K, V>, key: K, value: V): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, new Set([value]))
  else values.add(value)
}

export function removeFrom<K, V>(map: SetMap<K, V>, key: K, value: V): void {
  const values = map.get(key)
  values?.delete(value)
  if (values?.size === 0) map.delete(key)
}
