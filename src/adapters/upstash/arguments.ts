// Command lines as JSON. JSON has text only, so a command with bytes that are no UTF-8 needs another way: a script that is
// given them in hexadecimal, or, where isodis serves, a body whose strings are bytes.
import { type ByteString, decodeUtf8, encodeUtf8 } from '../../core/bytes.ts'
import type { Argv } from '../../core/client/backend.ts'

const NON_ASCII = /[^\0-\x7f]/

/** Whether the bytes of a command are UTF-8. */
export function isText(argv: Argv): boolean {
  return argv.every((word) => !NON_ASCII.test(word) || isUtf8(word))
}

function isUtf8(bytes: ByteString): boolean {
  const text = decodeUtf8(bytes)
  return !text.includes('\ufffd') || encodeUtf8(text) === bytes
}

/** Keys are not declared, as only the server knows which words are keys. */
const SCRIPT =
  "for i=1,#ARGV do ARGV[i]=ARGV[i]:gsub('..',function(h) return string.char(tonumber(h,16)) end) end return redis.pcall(unpack(ARGV))"

/** A command as text: itself, or a script that runs it. */
export function textOf(argv: Argv): string[] {
  return isText(argv) ? argv.map(decodeUtf8) : ['EVAL', SCRIPT, '0', ...argv.map(hexOf)]
}

function hexOf(bytes: ByteString): string {
  let hex = ''
  for (let i = 0; i < bytes.length; i++) hex += (bytes.charCodeAt(i) + 256).toString(16).slice(1)
  return hex
}
