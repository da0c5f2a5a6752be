// The check of `client-output-buffer-limit`: a value may name some classes of clients, the others keep their limits.
import { memory } from '../engine/config.ts'
import { CLASSES, DEFAULT_OUTPUT_LIMITS, parseOutputLimits } from '../resp/output-limits.ts'

const bytesOf = memory(0)

/** @param before what is not named keeps its limits; @returns all classes; @throws a string that says what is wrong */
export function checkOutputLimits(value: string, before = DEFAULT_OUTPUT_LIMITS): string {
  const words = value.split(' ')
  if (words.length % 4 !== 0) throw 'Wrong number of arguments in buffer limit configuration.'
  const limits = { ...parseOutputLimits(before) }
  for (let i = 0; i < words.length; i += 4) {
    const given = words[i].toLowerCase()
    const name = CLASSES.find((each) => each === (given === 'replica' ? 'slave' : given))
    if (name === undefined) throw 'Invalid client class specified in buffer limit configuration.'
    const [hard, soft] = [words[i + 1], words[i + 2]].map((text) => sizeOf(text))
    const seconds = /^\d+$/.test(words[i + 3]) ? Number(words[i + 3]) : null
    if (hard === null || soft === null || seconds === null)
      throw 'Error in hard, soft or soft_seconds setting in buffer limit configuration.'
    limits[name] = { hard, soft, seconds }
  }
  return CLASSES.map((name) => `${name} ${limits[name].hard} ${limits[name].soft} ${limits[name].seconds}`).join(' ')
}

function sizeOf(text: string): number | null {
  try {
    return Number(bytesOf(text))
  } catch {
    return null
  }
}
