// The commands that compute. Two integers give an integer, which must fit in 64 bits; else the result is a floating point number.
import { type Argv, type Row, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { shrink } from '../numbers.ts'
import { type Reply, ReplyError } from '../reply.ts'
import { changeAll, missing } from './keys.ts'
import { parseJson } from './parse.ts'
import { parsePath } from './path.ts'
import { numberReply } from './replies.ts'
import { Float, float, isInteger, isNumber, type JsonNumber, toNumber } from './value.ts'
import { toText } from './write.ts'

/** The same for both kinds of numbers. */
interface Operation {
  readonly exact: (a: bigint, b: bigint) => bigint
  readonly rounded: (a: number, b: number) => number
}
const SUM: Operation = { exact: (a, b) => a + b, rounded: (a, b) => a + b }
const PRODUCT: Operation = { exact: (a, b) => a * b, rounded: (a, b) => a * b }
const POWER: Operation = {
  // Above 64 only whether it is odd matters: what is not -1, 0 or 1 does not fit anyway.
  exact: (a, b) => a ** (b > 64n ? 64n + (b % 2n) : b),
  rounded: (a, b) => a ** b,
}

export const numberRows = (): Row[] => [
  row('JSON.NUMINCRBY', 4, 'write @json', '1 RW access update', (db, argv, { protocol }) => compute(db, argv, SUM, protocol)),
  row('JSON.NUMMULTBY', 4, 'write @json', '1 RW access update', (db, argv, { protocol }) => compute(db, argv, PRODUCT, protocol)),
  row('JSON.NUMPOWBY', 4, 'write @json', '1 RW access update', (db, argv, { protocol }) => compute(db, argv, POWER, protocol)),
]

function compute(db: Database, argv: Argv, operation: Operation, protocol: 2 | 3): Reply {
  const path = parsePath(argv[2])
  const given = parseJson(argv[3])
  if (!isNumber(given)) throw new ReplyError('ERR bad input number')
  // With an exponent below zero the power of an integer is none.
  const by = operation === POWER && toNumber(given) < 0 ? new Float(toNumber(given)) : given
  const computed: JsonNumber[] = []
  const replies = changeAll(db, argv, path, {
    is: isNumber,
    isNot: '',
    prepare(document, place) {
      const result = resultOf(operation, place.value as number, by)
      return () => {
        document.replace(place, result)
        // Where it is found again.
        return computed.push(result) - 1
      }
    },
  })
  const values = replies.map((at) => (at === undefined ? null : computed[at as number]))
  if (protocol === 3) return values.map((value) => (value === null ? null : numberReply(value)))
  if (!path.legacy) return toText(values)
  const last = values.reverse().find((value) => value !== null)
  if (last === undefined) throw missing(path.text, 'does not contains a number')
  return toText(last)
}

function resultOf({ exact, rounded }: Operation, a: JsonNumber, b: JsonNumber): JsonNumber {
  if (!isInteger(a) || !isInteger(b)) {
    const result = rounded(toNumber(a), toNumber(b))
    if (!Number.isFinite(result)) throw new ReplyError('ERR result is not a number')
    return float(result)
  }
  if (typeof a === 'number' && typeof b === 'number') {
    const result = rounded(a, b)
    if (Number.isSafeInteger(result)) return result === 0 ? 0 : result
  }
  const result = exact(BigInt(a), BigInt(b))
  if (BigInt.asIntN(64, result) !== result) throw new ReplyError('ERR numeric overflow')
  return shrink(result)
}
