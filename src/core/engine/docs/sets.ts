// Sets. How to read this: ../docs.ts
export const sets = `
SADD 1.0.0 O(1) for each member
Adds members and counts the new ones
key member...
+ 2.4.0 several members

SREM 1.0.0 O(N), N: members
Removes members
key member...
+ 2.4.0 several members

SMOVE 1.0.0 O(1)
Takes a member to another set
source:key destination:key member

SCARD 1.0.0 O(1)
Counts the members
key

SISMEMBER 1.0.0 O(1)
Tells whether something is a member
key member

SMISMEMBER 6.2.0 O(N), N: members asked for
Tells of several whether they are members
key member...

SMEMBERS 1.0.0 O(N), N: members of the set
Lists all members
key

SPOP 1.0.0 O(1), with a count O(N), N: count
Takes members out at random
key [count:integer]@3.2.0

SRANDMEMBER 1.0.0 O(1), with a count O(N), N: count
Picks members at random; a negative count may pick one twice
key [count:integer]@2.6.0

SSCAN 2.8.0 O(1) for each call, O(N) for all N members
Walks through the members in small steps
key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]

SINTER 1.0.0 O(N*M), N: members of the smallest set, M: sets
Lists what is in all of the sets
key...

SUNION 1.0.0 O(N), N: members of all sets
Lists what is in any of the sets
key...

SDIFF 1.0.0 O(N), N: members of all sets
Lists what is in the first set and in none of the others
key...

SINTERSTORE 1.0.0 O(N*M), N: members of the smallest set, M: sets
Stores what is in all of the sets
destination:key key...

SUNIONSTORE 1.0.0 O(N), N: members of all sets
Stores what is in any of the sets
destination:key key...

SDIFFSTORE 1.0.0 O(N), N: members of all sets
Stores what is in the first set and in none of the others
destination:key key...

SINTERCARD 7.0.0 O(N*M), N: members of the smallest set, M: sets
Counts what is in all of the sets, up to a limit
numkeys:integer key... [LIMIT limit:integer]
`
