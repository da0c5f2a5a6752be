// One process at a time in a directory: a file with the process's number. One that a crash left behind is recognised: its
// process is gone, or another has its number now.
import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageError } from '../../core/persistence/storage.ts'

interface Holder {
  readonly pid: number
  /** When the process started, in the system's own form; null where that cannot be found out. */
  readonly started: string | null
  /** Tells two holders in one process apart. */
  readonly id: string
}

/** @returns a function that gives the directory back; @throws StorageError if a process that lives has it */
export async function lockDirectory(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, 'isodis.lock')
  const own: Holder = { pid: process.pid, started: await startOf(process.pid), id: randomUUID() }
  const text = JSON.stringify(own)
  const temporary = `${path}.${own.id}`
  await writeFile(temporary, text)
  try {
    for (let tries = 0; ; tries++) {
      const taken = await link(temporary, path).then(() => true, ifThere)
      if (taken) break
      const found = await readFile(path, 'utf8').catch(() => '')
      const holder = parse(found)
      if (tries > 4 || (holder !== null && (await lives(holder)))) {
        throw new StorageError(
          `the directory "${dir}" is in use by process ${holder?.pid ?? '?'}${holder?.pid === process.pid ? ', which is this one' : ''}`,
        )
      }
      await removeStale(path, found, `${temporary}.stale`)
    }
  } finally {
    await rm(temporary, { force: true })
  }
  return async () => {
    const holder = parse(await readFile(path, 'utf8').catch(() => ''))
    if (holder?.id === own.id) await rm(path, { force: true })
  }
}

function ifThere(error: unknown): false {
  if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
  throw error
}

function parse(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Holder
    return Number.isInteger(holder.pid) ? holder : null
  } catch {
    return null
  }
}

async function lives({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const now = await startOf(pid)
  return started === null || now === null || started === now
}

/** Clock ticks from the system's start to the process's, and which start that was: Linux tells both. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    // The second field, a name in parentheses, may contain anything; the start is the 20th after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // One that has ended stays in the list until its parent asks for its code, which not every container's first process does.
    return fields[0] === 'Z' ? 'ended' : `${fields[19]}@${boot.trim()}`
  } catch {
    return null
  }
}

/** Takes a lock away that was found stale, unless it has changed hands since. */
async function removeStale(path: string, found: string, aside: string): Promise<void> {
  try {
    await rename(path, aside)
  } catch {
    return // somebody else was faster
  }
  if ((await readFile(aside, 'utf8').catch(() => found)) !== found) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}
