// One process at a time in a directory: a file with the process's number. One that a crash left behind is recognised: its
// process is gone, or another has its number now. It is never removed, as two processes at once might do, one of them when the
// other has already taken its place: whoever makes the file that stands behind it is the next, and only one can make that.
import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
    while (!(await take(path, temporary))) continue
  } finally {
    await rm(temporary, { force: true })
  }
  return async () => {
    const holder = parse(await readFile(path, 'utf8').catch(() => ''))
    if (holder?.id === own.id) await rm(path, { force: true })
  }
}

/** @returns whether it is taken; not if others were faster, who may have given it back since. @throws StorageError if one of them has it */
async function take(path: string, own: string): Promise<boolean> {
  if (await linked(own, path)) return true
  const first = await contentOf(path)
  const behind: string[] = []
  for (let name = path, text = first; text !== null; text = await contentOf(name)) {
    const holder = parse(text)
    if (holder !== null && (await lives(holder))) {
      const which = holder.pid === process.pid ? ', which is this one' : ''
      throw new StorageError(`the directory "${dirname(path)}" is in use by process ${holder.pid}${which}`)
    }
    name += `.after-${holder?.id ?? 'damaged'}`
    behind.push(name)
    if (!(await linked(own, name))) continue
    // What stands behind is removed only after the first has been replaced: if it is still there, nobody was faster.
    const next = (await contentOf(path)) === first
    if (next) await rename(own, path)
    for (const each of next ? behind : [name]) await rm(each, { force: true })
    return next
  }
  return false
}

const linked = (own: string, name: string): Promise<boolean> => link(own, name).then(() => true, unless('EEXIST', false))

const contentOf = (name: string): Promise<string | null> => readFile(name, 'utf8').catch(unless('ENOENT', null))

function unless<T>(code: string, result: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === code) return result
    throw error
  }
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
