// The page that shows the outcome of the contract is what the contract says now.
import { expect, test } from 'vitest'
import { backends } from './backends.ts'
import { table } from './table.ts'

test('docs/contract.md is up to date (npx vitest run --project node test/contract/table -u)', async () => {
  await expect(table(backends)).toMatchFileSnapshot('../../docs/contract.md')
})
