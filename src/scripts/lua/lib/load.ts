// `load` and `loadstring`: scripts made by scripts. They bring the parser with them.
import { compileChunk } from '../compile.ts'
import { LuaError, untilZero } from '../errors.ts'
import { type Machine, MAX_STRING } from '../machine.ts'
import { parse } from '../parser.ts'
import type { Result } from '../value.ts'

export function loadLibrary(machine: Machine): void {
  const compile = (source: string, chunk: string): Result => {
    const name = untilZero(chunk)
    try {
      return compileChunk(machine, parse(source, name, 1), name)
    } catch (error) {
      if (!(error instanceof LuaError)) throw error
      return [undefined, error.value]
    }
  }
  machine.functions({
    loadstring: (n, a, b) => {
      const source = machine.string(a, 1, n)
      return compile(source, b === undefined ? source : machine.string(b, 2, n))
    },
    load: (n, reader, b) => {
      const name = b === undefined ? '=(load)' : machine.string(b, 2, n)
      if (typeof reader !== 'object' || !('call' in reader)) return machine.typeError(1, 'function', reader, n)
      let source = ''
      for (;;) {
        const { site } = machine
        let [read, part] = machine.attempt(() => machine.call(reader))
        machine.site = site
        if (read === false) return [undefined, part]
        if (part === undefined || part === '') return compile(source, name)
        if (typeof part === 'number') part = machine.toString(part)
        if (typeof part !== 'string') return [undefined, `${machine.site.where}reader function must return a string`]
        if (source.length + part.length > MAX_STRING) machine.error('string length overflow')
        source += part
      }
    },
  })
}
