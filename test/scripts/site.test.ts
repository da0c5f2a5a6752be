// The line of the author's code, from the stacks of all browsers and of Node.
import { expect, test } from 'vitest'
import { siteOf } from '../../src/scripts/builder/site.ts'

test.each([
  ['Node', 'Error\n    at Key.<anonymous> (file:///app/node_modules/isodis/dist/scripts.js:68:21)\n    at file:///app/src/queue.js:17:5', '/app/src/queue.js:17'],
  ['Node, in a function', 'Error: \n    at Key.hset (/app/lib.js:68:21)\n    at build (/app/src/my queue.ts:17:5)\n    at defineScript (/app/lib.js:1:1)', 'queue.ts:17'],
  ['Node on Windows', 'Error\n    at Key.x (C:\\app\\lib.js:68:21)\n    at C:\\app\\src\\queue.js:17:5', 'C:\\app\\src\\queue.js:17'],
  ['Chrome', 'Error\n    at Key.<anonymous> (https://a.b/assets/index-1f2e.js:3:21)\n    at https://a.b/src/queue.ts?t=1700000000000:17:5', '/src/queue.ts:17'],
  ['Firefox', 'placed/<@https://a.b:8080/lib.js:68:21\nbuild@https://a.b:8080/src/queue.js:17:5\ndefineScript@https://a.b:8080/lib.js:1:1\n', '/src/queue.js:17'],
  ['Safari', '@http://localhost:5173/lib.js:68:21\nglobal code@http://localhost:5173/src/queue.js:17:5', '/src/queue.js:17'],
  ['nothing', undefined, ''],
  ['stacks that are cut', 'Error\n    at Key.<anonymous> (/app/lib.js:68:21)', ''],
])('%s', (_name, stack, site) => expect(siteOf(stack)).toBe(site)) // prettier-ignore
