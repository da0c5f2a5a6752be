// Transactions. How to read this: ../docs.ts
export const transactions = `
MULTI 1.2.0 O(1)
Starts a transaction: what follows is queued

EXEC 1.2.0 that of the queued commands
Runs what is queued, unless a watched key has changed

DISCARD 2.0.0 O(N), N: queued commands
Drops what is queued

WATCH 2.2.0 O(1) for each key
Lets the next EXEC do nothing if one of the keys changes before it
key...

UNWATCH 2.2.0 O(1)
Gives up watching
`
