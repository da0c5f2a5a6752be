// Which command lines need a connection of their own because they may wait.
import { expect, test } from 'vitest'
import { waits } from '../../../src/core/client/waits.ts'

test.each([
  'BLPOP k 0',
  'BRPOP k 0',
  'BRPOPLPUSH a b 0',
  'BLMOVE a b LEFT RIGHT 0',
  'BLMPOP 0 1 k LEFT',
  'BZPOPMIN k 0',
  'BZPOPMAX k 0',
  'BZMPOP 0 1 k MIN',
  'WAIT 1 0',
  'WAITAOF 1 1 0',
  'XREAD BLOCK 0 STREAMS x $',
  'XREAD COUNT 1 block 0 STREAMS x $',
  'XREADGROUP GROUP g c COUNT 1 BLOCK 0 STREAMS x >',
])('%s may wait', (line) => expect(waits(line.split(' '))).toBe(true))

test.each([
  'GET BLPOP',
  'BITCOUNT k',
  'BGSAVE',
  'XREAD STREAMS BLOCK 0',
  'XREAD COUNT 1 STREAMS x 0',
  'XREADGROUP GROUP BLOCK BLOCK STREAMS x >',
  'XRANGE BLOCK - +',
])('%s does not', (line) => expect(waits(line.split(' '))).toBe(false))
