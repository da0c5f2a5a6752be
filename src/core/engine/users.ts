// Users, as an engine asks for them: isodis/admin has some. Without them whoever knows the password may do everything.
import type { ByteString } from '../bytes.ts'
import type { ReplyError } from '../reply.ts'
import type { Argv, Command } from './command.ts'
import type { Session } from './session.ts'

export interface User {
  readonly name: ByteString
  /** Whether there is anything that it may not do. */
  readonly limited: boolean
  /**
   * Whether a command may run.
   * @param session whose refusal is noted; null if it only asks
   * @returns why not; null if it may
   */
  check(session: Session | null, command: Command, argv: Argv, inScript?: boolean): ReplyError | null
}

export interface Users {
  /** Who a connection is that has not logged in. */
  readonly default: User
  /** Whether that one need not log in. */
  readonly open: boolean
  /** Whether it has no password. */
  readonly passwordless: boolean
  has(name: ByteString): boolean
  /** @returns null if there is no such user, or it has another password */
  login(name: ByteString, password: ByteString): User | null
}
