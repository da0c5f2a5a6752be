// The first line of a script or library: `#!lua name=mylib flags=no-writes`.
import type { ByteString } from '../../../core/bytes.ts'
import { ReplyError } from '../../../core/reply.ts'
import type { Permission } from '../bridge.ts'

export const FLAGS = ['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys'] as const

/** What flags that are known allow. */
export function permissionOf(flags: readonly string[]): Permission {
  return { readOnly: flags.includes('no-writes'), allowOom: flags.includes('allow-oom') || flags.includes('no-writes') }
}

/** A script's permissions, and its source without the shebang; null for one without, which may do anything. */
export function scriptShebang(source: ByteString): { source: ByteString; permission: Permission | null } {
  if (!source.startsWith('#!')) return { source, permission: null }
  const end = source.indexOf('\n')
  if (end < 0) throw new ReplyError('ERR Invalid script shebang')
  const [engine, ...options] = source.slice(0, end).split(/[ \t-\r]+/)
  if (engine !== '#!lua') throw new ReplyError(`ERR Unexpected engine in script shebang: ${engine}`)
  const flags: string[] = []
  for (const option of options.filter((each) => each !== '')) {
    if (!option.startsWith('flags=')) throw new ReplyError(`ERR Unknown lua shebang option: ${option}`)
    const value = option.slice('flags='.length)
    if (value !== '') flags.push(...value.split(','))
    const unknown = flags.find((flag) => !(FLAGS as readonly string[]).includes(flag))
    if (unknown !== undefined) throw new ReplyError(`ERR Unexpected flag in script shebang: ${unknown}`)
  }
  // The line stays, so that lines are counted as the author does.
  return { source: source.slice(end), permission: permissionOf(flags) }
}
