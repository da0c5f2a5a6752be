// JSON with 64-bit integers. JSON.parse rounds what lies beyond 2^53, so long integers are put in quotes before it reads
// them: in a request they are arguments, which are text anyway; in a response a mark tells them from strings.

/** What only a long integer, or a string that looks like one, has. */
const LONG = /\d{16}/
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
const LONG_INTEGER = /^-?\d{16,}$/

/**
 * Reads JSON; an integer of 16 digits and more becomes a string.
 * @param mark stands before its digits
 * @throws SyntaxError
 */
export function parseExactly(json: string, mark = ''): unknown {
  return JSON.parse(LONG.test(json) ? quoteLongIntegers(json, mark) : json)
}

function quoteLongIntegers(json: string, mark: string): string {
  const quoted = (number: string): string => (LONG_INTEGER.test(number) ? `"${mark}${number}"` : number)
  let out = ''
  for (let at = 0; at < json.length;) {
    const open = json.indexOf('"', at)
    if (open < 0) return out + json.slice(at).replace(NUMBER, quoted)
    const end = endOfString(json, open)
    out += json.slice(at, open).replace(NUMBER, quoted) + json.slice(open, end)
    at = end
  }
  return out
}

/** Behind the quote that ends the string which begins at `open`. */
function endOfString(json: string, open: number): number {
  for (let at = open; ;) {
    at = json.indexOf('"', at + 1)
    if (at < 0) return json.length
    let backslashes = 0
    while (json[at - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return at + 1
  }
}
