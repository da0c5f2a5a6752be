// Whether the browser may delete the origin's data when space runs low. Nobody waits for its answer: Firefox asks its user,
// and a browser without a window never answers.

interface Host {
  navigator?: { storage?: { persist?(): Promise<boolean>; persisted?(): Promise<boolean> } }
}

/** @param ask asks the browser to keep it; otherwise only whether it does. @returns what it has answered so far */
export function persisted(ask: boolean): () => 'yes' | 'no' | 'unknown' {
  const storage = (globalThis as Host).navigator?.storage
  let answer: 'yes' | 'no' | 'unknown' = 'unknown'
  const asked = ask ? storage?.persist?.() : storage?.persisted?.()
  asked?.then(
    (kept) => (answer = kept ? 'yes' : 'no'),
    () => {},
  )
  return () => answer
}
