// Which command lines may wait: they need a connection of their own, or nothing else would be answered meanwhile.

/** BLPOP, BRPOPLPUSH, BLMOVE, BZPOPMIN, ..., WAIT and WAITAOF. */
const WAITING = /^(?:B[LRZ]|WAIT)/

/** @param argv the command's name first, in upper case */
export function waits(argv: readonly unknown[]): boolean {
  const [name] = argv
  if (typeof name !== 'string') return false
  // Asked for each command of a pipeline: this takes 2 ns where the rest takes 12.
  const first = name[0]
  if (first !== 'B' && first !== 'W' && first !== 'X') return false
  return name.startsWith('XREAD') ? asksToBlock(argv) : WAITING.test(name)
}

/** WAIT and WAITAOF tell of what their own connection has written: on one that is made for them that would be nothing. */
export const tellsOfWrites = ([name]: readonly unknown[]): boolean => name === 'WAIT' || name === 'WAITAOF'

/** XREAD and XREADGROUP wait if BLOCK stands before STREAMS, behind which there are only names and IDs. */
function asksToBlock(argv: readonly unknown[]): boolean {
  // Group and consumer are skipped: they may be called BLOCK.
  for (let i = argv[0] === 'XREADGROUP' ? 4 : 1; i < argv.length; i++) {
    const word = String(argv[i]).toUpperCase()
    if (word === 'STREAMS') return false
    if (word === 'BLOCK') return true
    if (word === 'COUNT') i++
  }
  return false
}
