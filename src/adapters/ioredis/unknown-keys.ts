// Where the keys of commands are that ioredis does not know: it could not send a transaction of them to the right node of a
// cluster, nor put its `keyPrefix` before their keys.
import type { Argv } from '../../core/client/backend.ts'

/** Those of Redis 8 that ioredis 5 lacks, whose first argument is their key. */
const NEWER = new Set(['DELEX', 'DIGEST', 'XACKDEL', 'XCFGSET'])

/** Those with subcommands, which to ioredis 5 have no keys: it is the one behind the subcommand. */
const CONTAINERS = new Set(['MEMORY', 'OBJECT', 'XGROUP', 'XINFO'])

const range = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step)

/** @param name in upper case; @returns where its keys stand in a command line; null if ioredis is to find out */
export function keyPlaces(name: string): ((argv: Argv) => number[]) | null {
  if (CONTAINERS.has(name)) return () => [2]
  if (!name.startsWith('JSON.')) return NEWER.has(name) ? () => [1] : null
  if (name === 'JSON.MGET') return ({ length }) => range(1, length - 1)
  if (name === 'JSON.MSET') return ({ length }) => range(1, length, 3)
  if (name === 'JSON.DEBUG') return ({ length }) => range(2, Math.min(length, 3))
  return ({ length }) => range(1, Math.min(length, 2))
}
