// `isodis serve` as a process: its log, its pid file, its signals, and who watches over it.
import { execFile, spawn } from 'node:child_process'
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Engine } from '../../core/engine/engine.ts'
import type { Log, LogLevel } from '../../core/engine/ports.ts'
import { ReplyError } from '../../core/reply.ts'
import { reasonOf } from './reason.ts'

/** By Redis's signs: debug, verbose, notice, warning. */
const SIGNS: Readonly<Record<LogLevel, string>> = { debug: '.', verbose: '-', notice: '*', warning: '#' }
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A time as redis-server's log has it, of the place where the server is: `07 Mar 2026 12:00:00.000` */
function stamp(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':')
  return `${two(now.getDate())} ${MONTHS[now.getMonth()]} ${now.getFullYear()} ${time}.${String(now.getMilliseconds()).padStart(3, '0')}`
}

/**
 * Writes lines as redis-server does, to standard output or a file, from a level on. When nobody reads them any more, or the disk is
 * full, they are lost and the server goes on. A file that was moved away is begun anew.
 * @throws Error if the file cannot be written now
 */
export function logger(file: string | undefined, least: () => string): Log {
  const levels = Object.keys(SIGNS)
  process.stdout.on('error', () => {})
  try {
    if (file) appendFileSync(file, '')
  } catch (error) {
    throw new Error(`Can't open the log file '${file}': ${reasonOf(error)}`, { cause: error })
  }
  return (level, message) => {
    if (levels.indexOf(level) < levels.indexOf(least())) return
    const line = `${process.pid}:M ${stamp(new Date())} ${SIGNS[level]} ${message}\n`
    if (!file) return void process.stdout.write(line)
    try {
      appendFileSync(file, line)
    } catch {}
  }
}

/** A file that names the process, as long as it lives. One that cannot be written is no reason not to start. */
export function writePidFile(file: string, log: Log): void {
  try {
    writeFileSync(file, `${process.pid}\n`)
    process.once('exit', () => rmSync(file, { force: true }))
  } catch (error) {
    log('verbose', `Failed to write the pidfile: ${reasonOf(error)}`)
  }
}

const ENDING = ['SIGINT', 'SIGTERM'] as const

/** What is loading has nothing to save. (The first process of a container would not end by itself.) @returns what ends this */
export function endAtOnce(): () => void {
  const end = (): never => process.exit(0)
  for (const signal of ENDING) process.on(signal, end)
  return () => {
    for (const signal of ENDING) process.off(signal, end)
  }
}

/** SIGTERM and SIGINT do as SHUTDOWN, and save as CONFIG says; a second SIGINT waits for nothing. */
export function endOnSignals(engine: Engine): void {
  const { log } = engine
  let stopping = false
  for (const signal of ENDING) {
    process.on(signal, () => {
      if (stopping && signal === 'SIGINT') {
        log('warning', 'You insist... exiting now.')
        process.exit(1)
      }
      log('warning', `Received ${signal} scheduling shutdown...`)
      if (stopping) return
      stopping = true
      log('warning', 'User requested shutdown...')
      const how = engine.config.get(`shutdown-on-${signal.toLowerCase()}`)!.split(' ')
      const saves = how.includes('save') ? true : how.includes('nosave') ? false : null
      void engine.close(saves, how.includes('force'), how.includes('now')).then((reply) => {
        if (reply instanceof ReplyError) stopping = false
      })
    })
  }
  // A terminal that is closed does not end a server.
  process.on('SIGHUP', () => {})
}

/** Tells a process that it is the one in the background. */
const DAEMON = 'ISODIS_DAEMON'

/** `daemonize yes`: a process like this one, without a terminal. @returns whether this one is done */
export function daemonize(): boolean {
  if (process.env[DAEMON] !== undefined) return false
  const [node, ...args] = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  spawn(node, args, { detached: true, stdio: 'ignore', env: { ...process.env, [DAEMON]: '1' } }).unref()
  return true
}

/** Whether systemd started this process and waits to hear that it is ready, as `supervised` has it: no, auto, systemd or upstart. */
export const isSupervised = (how = 'no'): boolean => (how === 'systemd' || how === 'auto') && process.env['NOTIFY_SOCKET'] !== undefined

/** Tells systemd that clients can connect. Node has no sockets of the kind that it listens on, but its own program is there. */
export function tellSystemd(log: Log): void {
  log('notice', 'supervised by systemd: a unit of Type=notify needs NotifyAccess=all')
  execFile('systemd-notify', ['--ready', `--pid=${process.pid}`, '--status=Ready to accept connections'], (error) => {
    if (error !== null) log('warning', `systemd was not told: ${error.message}`)
  })
}
