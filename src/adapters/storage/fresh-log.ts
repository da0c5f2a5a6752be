// Chromium keeps all IndexedDB databases of a site in one LevelDB, and after a start it goes on with the log of the session
// before. If the browser was killed in the middle of a record of that log, then what is written behind it is taken for the rest of
// that record at the next start: its checksum is wrong, and Chromium deletes all databases of the site. (Killed at random moments
// while a page wrote, it did so after 24 of 1600 times.) A log that is new before much was written to the old one cannot be
// damaged so, and it begins one when it compacts, which it does when a database is deleted.
import { promisifyRequest } from 'idb-keyval'

/** In Chromium, has the site's LevelDB begin a new log. Nobody waits for it, and where it cannot be done all is as it would be without. */
export async function freshLog(name: string): Promise<void> {
  if (!('dataLoss' in (globalThis.IDBVersionChangeEvent?.prototype ?? {}))) return
  const empty = `isodis-fresh-log:${name}`
  try {
    const db = await promisifyRequest(indexedDB.open(empty))
    db.close()
    await promisifyRequest(indexedDB.deleteDatabase(empty))
  } catch {
    // No room, or the page is going.
  }
}
