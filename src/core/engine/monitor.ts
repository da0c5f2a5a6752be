// MONITOR: every command, as a line, to the sessions that asked for it.
import { Status } from '../reply.ts'
import { quoted } from '../words.ts'
import { type Argv, type Command, FLAG } from './command.ts'
import type { Session } from './session.ts'

export function showMonitors(session: Session, command: Command, argv: Argv): void {
  // Administration and passwords are nobody's business.
  if (!(command.flags & (FLAG.admin | FLAG.skip_monitor))) feedMonitors(session, withoutSecrets(command, argv))
}

const REDACTED = '(redacted)'

/** A command line without the passwords in it. */
export function withoutSecrets({ name }: Command, argv: Argv): Argv {
  if (name === 'auth') return argv.map((word, i) => (i === 0 ? word : REDACTED))
  if (name === 'acl|setuser') return argv.map((word, i) => (i < 2 ? word : REDACTED))
  const login = name === 'hello' ? argv.findIndex((word, i) => i > 1 && /^auth$/i.test(word) && !/^setname$/i.test(argv[i - 1])) : -1
  if (login > 0) return argv.map((word, i) => (i === login + 1 || i === login + 2 ? REDACTED : word))
  if (name === 'migrate') return withoutLogin(argv)
  if (name !== 'config|set') return argv
  return argv.map((word, i) => (i % 2 === 1 && /^(requirepass|master(auth|user)|tls-key-file-pass)$/i.test(argv[i - 1]) ? REDACTED : word))
}

/** MIGRATE without the password of AUTH, and the user and password of AUTH2. What follows KEYS are names. */
function withoutLogin(argv: Argv): Argv {
  const shown = [...argv]
  for (let i = 6; i < argv.length && !/^keys$/i.test(argv[i]); i++) {
    const word = argv[i].toUpperCase()
    const end = i + (word === 'AUTH' ? 1 : word === 'AUTH2' ? 2 : 0)
    while (i < end && i + 1 < argv.length) shown[++i] = REDACTED
  }
  return shown
}

/** Shows a command line to those who MONITOR. */
export function feedMonitors(session: Session, argv: Argv): void {
  const { engine, options } = session
  if (engine.monitors.size === 0) return
  const time = (engine.micros / 1e6).toFixed(6)
  const line = new Status(`${time} [${session.db.index} ${options.peer?.address ?? 'in-process'}] ${argv.map(quoted).join(' ')}`)
  for (const monitor of engine.monitors) monitor.push(line)
}
