// The first line of a script or library: `#!lua name=mylib flags=no-writes`.
import type { ByteString } from '../../../core/bytes.ts'
import { ReplyError } from '../../../core/reply.ts'
import { splitWords } from '../../../core/words.ts'
import type { Permission } from '../bridge.ts'

const UNENDED = new ReplyError('ERR Invalid script shebang')

export const FLAGS = ['no-writes', 'allow-oom', 'allow-stale', 'no-cluster', 'allow-cross-slot-keys'] as const

/** What flags that are known allow. */
export function permissionOf(flags: readonly string[]): Permission {
  const readOnly = flags.includes('no-writes')
  return {
    readOnly,
    allowOom: readOnly || flags.includes('allow-oom'),
    allowStale: flags.includes('allow-stale'),
    anySlot: flags.includes('allow-cross-slot-keys'),
    noCluster: flags.includes('no-cluster'),
  }
}

/**
 * The words of a first line, and the source behind it. Its newline stays, so that lines are counted as the author does.
 * @returns null words if their quotes do not match; @throws unended if there is no other line
 */
export function splitShebang(source: ByteString, unended: ReplyError): { words: ByteString[] | null; code: ByteString } {
  const [line] = /^[^\n\0]*/.exec(source)!
  if (source[line.length] !== '\n') throw unended
  return { words: splitWords(line), code: source.slice(line.length) }
}

/** A script's permissions, and its source without the shebang; null for one without, which may do anything. */
export function scriptShebang(source: ByteString): { source: ByteString; permission: Permission | null } {
  if (!source.startsWith('#!')) return { source, permission: null }
  const { words, code } = splitShebang(source, UNENDED)
  if (words === null) throw new ReplyError('ERR Invalid engine in script shebang')
  const [engine, ...options] = words
  if (engine !== '#!lua') throw new ReplyError(`ERR Unexpected engine in script shebang: ${engine}`)
  const flags: string[] = []
  for (const option of options) {
    if (!option.startsWith('flags=')) throw new ReplyError(`ERR Unknown lua shebang option: ${option}`)
    const value = option.slice('flags='.length)
    if (value !== '') flags.push(...value.split(','))
    const unknown = flags.find((flag) => !(FLAGS as readonly string[]).includes(flag))
    if (unknown !== undefined) throw new ReplyError(`ERR Unexpected flag in script shebang: ${unknown}`)
  }
  return { source: code, permission: permissionOf(flags) }
}
