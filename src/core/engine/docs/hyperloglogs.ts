// HyperLogLogs: how many different things were seen, in 12 KB. How to read this: ../docs.ts
export const hyperloglogs = `
PFADD 2.8.9 O(1) for each element
Notes elements as seen
key [element...]

PFCOUNT 2.8.9 O(1) for one key, O(N) for several, N: keys
Estimates how many different elements were seen
key...

PFMERGE 2.8.9 O(N), N: keys
Puts what several have seen into one
destkey:key sourcekey:key...
`
