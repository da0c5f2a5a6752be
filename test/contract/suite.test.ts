// The contract has no holes: every method of the client has cases.
import { expect, test } from 'vitest'
import { AllCommands } from '../../src/core/client/commands.ts'
import { Redis } from '../../src/core/client/redis.ts'
import { suite } from './suite.ts'

/** What is protected: parts that methods share. */
const SHARED = new Set(['constructor', 'run', 'askFields', 'expireFields', 'invoke', 'members'])

test('every method of the client is in the contract, and nothing else', () => {
  const methods = [AllCommands.prototype, Redis.prototype].flatMap((prototype) => Object.getOwnPropertyNames(prototype))
  expect(Object.keys(suite).sort(), 'a method has no cases in test/contract/suite, or cases have no method').toEqual(
    [...new Set(methods)].filter((name) => !SHARED.has(name)).sort(),
  )
})
