// One process at a time in a directory: a file with the process's number. One that a crash left behind is recognised: its
// process is gone, or another has its number now. It is never removed, as two processes at once might do, one of them when the
// other has already taken its place: whoever makes the file that stands behind it is the next, and only one can make that.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { clearInterval, setInterval } from 'node:timers'
import { setTimeout } from 'node:timers/promises'
import { StorageError } from '../../core/persistence/storage.ts'

/** A process cannot be asked whether it lives by one in another container or on another machine: it writes the lock's time so often. */
const BEAT_MS = 1000
/** After so long without that it is gone. */
const PATIENCE_MS = 5000

interface Holder {
  readonly pid: number
  /** When the process started, in the system's own form; null where that cannot be found out. */
  readonly started: string | null
  /** The machine, and the container, whose processes have these numbers. */
  readonly system: string
  /** Tells two holders in one process apart. */
  readonly id: string
}

export interface DirectoryLock {
  /** @throws StorageError if another process may have the directory, because it saw no sign of this one for some time */
  check(): void
  /** Gives the directory back. */
  release(): Promise<void>
}

/** @throws StorageError if a process that lives has it */
export async function lockDirectory(dir: string): Promise<DirectoryLock> {
  const path = join(dir, 'isodis.lock')
  const own: Holder = { pid: process.pid, started: await startOf(process.pid), system: await system(), id: randomUUID() }
  const text = JSON.stringify(own)
  const temporary = `${path}.${own.id}`
  await writeFile(temporary, text)
  try {
    while (!(await take(path, temporary, own.system))) continue
  } finally {
    await rm(temporary, { force: true })
  }
  let beaten = Date.now()
  let lost = false
  const beat = async (): Promise<void> => {
    if ((await contentOf(path)) === text) await utimes(path, new Date(), new Date())
    else lost = true
    beaten = Date.now()
  }
  const timer = setInterval(() => void beat().catch(() => {}), BEAT_MS).unref()
  return {
    check() {
      // The process, or its machine, was asleep: others may have waited long enough meanwhile.
      if (Math.abs(Date.now() - beaten) > PATIENCE_MS / 2) lost ||= !isThere(path, text)
      if (lost) throw new StorageError(`the directory "${dir}" is not this process's any more: isodis.lock is another one's, or is gone`)
    },
    async release() {
      clearInterval(timer)
      if ((await contentOf(path).catch(() => null)) === text) await rm(path, { force: true })
    },
  }
}

function isThere(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/** Containers have names of their own, or at least numbers of their own for processes. */
async function system(): Promise<string> {
  const numbers = await readlink('/proc/self/ns/pid').catch(() => '')
  try {
    return `${hostname()} ${numbers}`.trim()
  } catch {
    return numbers // Deno was not allowed to tell
  }
}

/** @returns whether it is taken; not if others were faster, who may have given it back since. @throws StorageError if one of them has it */
async function take(path: string, own: string, here: string): Promise<boolean> {
  if (await linked(own, path)) return true
  const first = await contentOf(path)
  const behind: string[] = []
  for (let name = path, text = first; text !== null; text = await contentOf(name)) {
    const holder = parse(text)
    const isHere = holder?.system === undefined || holder.system === here
    if (holder !== null && (await (isHere ? lives(holder) : beats(name)))) {
      const which = !isHere ? ` of ${holder.system}` : holder.pid === process.pid ? ', which is this one' : ''
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

/** Whether whoever has the lock writes its time. */
async function beats(name: string): Promise<boolean> {
  const timeOf = (): Promise<number | null> => stat(name).then(({ mtimeMs }) => mtimeMs, unless('ENOENT', null))
  const first = await timeOf()
  for (let waited = 0; waited < PATIENCE_MS; waited += BEAT_MS / 2) {
    await setTimeout(BEAT_MS / 2)
    const now = await timeOf()
    if (now !== first) return now !== null
  }
  return false
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
