// Errors of Lua: any value can be one. Not an `Error`, as scripts make many and none needs a stack of JS.
import type { ByteString } from '../../core/bytes.ts'
import type { Site } from './site.ts'
import type { LuaValue } from './value.ts'

export class LuaError {
  readonly value: LuaValue
  /** Where it was raised; null for an error of the compiler. */
  readonly site: Site | null
  constructor(value: LuaValue, site: Site | null = null) {
    this.value = value
    this.site = site
  }
}

/** Ends a script from outside. pcall does not see it. */
export class ScriptStopped {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** C's strings end at a zero byte. */
export const untilZero = (text: ByteString): ByteString => text.split('\0', 1)[0]

const ID_SIZE = 60 // luaconf.h: the longest name of a chunk in a message, with its closing zero
/** The same in messages of the lexer. */
export const LEXER_ID_SIZE = 80

/** A chunk's name as messages show it. `@file` and `=name` name it; anything else is its source, of which the first line is shown. */
export function chunkId(name: string, size = ID_SIZE): string {
  const rest = name.slice(1)
  if (name[0] === '=') return rest.slice(0, size - 1)
  if (name[0] === '@') return rest.length > size - 8 ? `...${rest.slice(8 - size)}` : rest
  const line = name.split(/[\n\r]/, 1)[0].slice(0, size - 17)
  return `[string "${line}${line === name ? '' : '...'}"]`
}
