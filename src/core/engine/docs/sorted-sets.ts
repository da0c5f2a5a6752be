// Sorted sets: members in the order of their scores. How to read this: ../docs.ts
export const sortedSets = `
ZADD 1.2.0 O(log(N)) for each member, N: members of the set
Adds members or changes their scores
key [condition=NX|XX]@3.0.2 [comparison=GT|LT]@6.2.0 [change=CH]@3.0.2 [increment=INCR]@3.0.2 (score:double member)...
+ 2.4.0 several members

ZINCRBY 1.2.0 O(log(N)), N: members of the set
Adds to a member's score
key increment:integer member

ZREM 1.2.0 O(M*log(N)), N: members of the set, M: members removed
Removes members
key member...
+ 2.4.0 several members

ZCARD 1.2.0 O(1)
Counts the members
key

ZSCORE 1.2.0 O(1)
Reads a member's score
key member

ZMSCORE 6.2.0 O(N), N: members asked for
Reads the scores of several members; null for what is missing
key member...

ZRANK 2.0.0 O(log(N)), N: members of the set
Tells how many members come before one
key member [WITHSCORE]@7.2.0

ZREVRANK 2.0.0 O(log(N)), N: members of the set
Tells how many members come after one
key member [WITHSCORE]@7.2.0

ZCOUNT 2.0.0 O(log(N)), N: members of the set
Counts the members in a range of scores
key min:double max:double

ZLEXCOUNT 2.8.9 O(log(N)), N: members of the set
Counts the members in a range of names, if all scores are the same
key min max

ZRANGE 1.2.0 O(log(N)+M), N: members of the set, M: members returned
Lists members by rank, score or name, from either end
key start stop [sortby=BYSCORE|BYLEX]@6.2.0 [REV]@6.2.0 [LIMIT (offset:integer count:integer)]@6.2.0 [WITHSCORES]

ZREVRANGE 1.2.0 O(log(N)+M), N: members of the set, M: members returned
Lists members by rank, the highest scores first
key start:integer stop:integer [WITHSCORES]
- 6.2.0 ZRANGE with REV

ZRANGEBYSCORE 1.0.5 O(log(N)+M), N: members of the set, M: members returned
Lists members in a range of scores
key min:double max:double [WITHSCORES]@2.0.0 [LIMIT (offset:integer count:integer)]
- 6.2.0 ZRANGE with BYSCORE

ZREVRANGEBYSCORE 2.2.0 O(log(N)+M), N: members of the set, M: members returned
Lists members in a range of scores, the highest first
key max:double min:double [WITHSCORES] [LIMIT (offset:integer count:integer)]
- 6.2.0 ZRANGE with REV and BYSCORE
+ 2.1.6 ranges that leave out their ends

ZRANGEBYLEX 2.8.9 O(log(N)+M), N: members of the set, M: members returned
Lists members in a range of names, if all scores are the same
key min max [LIMIT (offset:integer count:integer)]
- 6.2.0 ZRANGE with BYLEX

ZREVRANGEBYLEX 2.8.9 O(log(N)+M), N: members of the set, M: members returned
Lists members in a range of names, the last first
key max min [LIMIT (offset:integer count:integer)]
- 6.2.0 ZRANGE with REV and BYLEX

ZRANGESTORE 6.2.0 O(log(N)+M), N: members of the set, M: members stored
Stores what ZRANGE lists
dst:key src:key min max [sortby=BYSCORE|BYLEX] [REV] [LIMIT (offset:integer count:integer)]

ZREMRANGEBYRANK 2.0.0 O(log(N)+M), N: members of the set, M: members removed
Removes members from one rank to another
key start:integer stop:integer

ZREMRANGEBYSCORE 1.2.0 O(log(N)+M), N: members of the set, M: members removed
Removes members in a range of scores
key min:double max:double

ZREMRANGEBYLEX 2.8.9 O(log(N)+M), N: members of the set, M: members removed
Removes members in a range of names
key min max

ZPOPMIN 5.0.0 O(log(N)*M), N: members of the set, M: members returned
Takes out the members with the lowest scores
key [count:integer]

ZPOPMAX 5.0.0 O(log(N)*M), N: members of the set, M: members returned
Takes out the members with the highest scores
key [count:integer]

ZMPOP 7.0.0 O(K)+O(M*log(N)), K: keys, N: members of the set, M: members returned
Takes the lowest or highest members out of the first set that has any
numkeys:integer key... where=(MIN|MAX) [COUNT count:integer]

BZPOPMIN 5.0.0 O(log(N)), N: members of the set
Takes the lowest member out of the first set that has any, and waits for one
key... timeout:double
+ 6.0.0 parts of a second

BZPOPMAX 5.0.0 O(log(N)), N: members of the set
Takes the highest member out of the first set that has any, and waits for one
key... timeout:double
+ 6.0.0 parts of a second

BZMPOP 7.0.0 O(K)+O(M*log(N)), K: keys, N: members of the set, M: members returned
As ZMPOP, and waits for members
timeout:double numkeys:integer key... where=(MIN|MAX) [COUNT count:integer]

ZRANDMEMBER 6.2.0 O(N), N: members returned
Picks members at random; a negative count may pick one twice
key [options=count:integer [WITHSCORES]]

ZSCAN 2.8.0 O(1) for each call, O(N) for all N members
Walks through members and scores in small steps
key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]

ZUNION 6.2.0 O(N)+O(M*log(M)), N: members of all sets, M: members of the result
Lists what is in any of the sets, with scores added up
numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate=(SUM|MIN|MAX)] [WITHSCORES]

ZINTER 6.2.0 O(N*K)+O(M*log(M)), N: members of the smallest set, K: sets, M: members of the result
Lists what is in all of the sets, with scores added up
numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate=(SUM|MIN|MAX)] [WITHSCORES]

ZDIFF 6.2.0 O(L+(N-K)*log(N)), L: members of all sets, N: of the first, K: of the result
Lists what is in the first set and in none of the others
numkeys:integer key... [WITHSCORES]

ZUNIONSTORE 2.0.0 O(N)+O(M*log(M)), N: members of all sets, M: members of the result
Stores what is in any of the sets, with scores added up
destination:key numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate=(SUM|MIN|MAX)]

ZINTERSTORE 2.0.0 O(N*K)+O(M*log(M)), N: members of the smallest set, K: sets, M: members of the result
Stores what is in all of the sets, with scores added up
destination:key numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate=(SUM|MIN|MAX)]

ZDIFFSTORE 6.2.0 O(L+(N-K)*log(N)), L: members of all sets, N: of the first, K: of the result
Stores what is in the first set and in none of the others
destination:key numkeys:integer key...

ZINTERCARD 7.0.0 O(N*K), N: members of the smallest set, K: sets
Counts what is in all of the sets, up to a limit
numkeys:integer key... [LIMIT limit:integer]
`
