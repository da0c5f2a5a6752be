// README and docs/scripts.md show scripts as they are in the example, and the Lua that one becomes.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pickTask } from '../../examples/workers/scripts.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const example = read('examples/workers/scripts.ts')
const definitions = (text: string): string[] => text.match(/const \w+ = defineScript\([^]*?\n\)\n/g) ?? []

test('README shows the scripts of the example', () => {
  const shown = definitions(read('README.md'))
  expect(shown).toHaveLength(3)
  for (const each of shown) expect(example).toContain(each)
})

test('docs/scripts.md shows two of them, and the Lua of one', () => {
  const docs = read('docs/scripts.md')
  const shown = definitions(docs)
  expect(shown).toEqual([expect.stringContaining("name: 'pickTask'"), expect.stringContaining("name: 'putBack'")])
  for (const each of shown) expect(example).toContain(each)
  expect(/```lua\n([^]*?)\n```/.exec(docs)?.[1]).toBe(pickTask.toLua())
})
