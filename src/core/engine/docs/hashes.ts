// Hashes, and fields that expire. How to read this: ../docs.ts
export const hashes = `
HGET 2.0.0 O(1)
Reads a field
key field

HSET 2.0.0 O(1) for each field
Sets fields and counts the new ones
key (field value)...
+ 4.0.0 several fields

HMSET 2.0.0 O(N), N: fields
Sets fields
key (field value)...
- 4.0.0 HSET

HSETNX 2.0.0 O(1)
Sets a field unless it is there
key field value

HMGET 2.0.0 O(N), N: fields
Reads several fields; null for what is missing
key field...

HGETALL 2.0.0 O(N), N: fields of the hash
Lists all fields with their values
key

HKEYS 2.0.0 O(N), N: fields of the hash
Lists the fields without their values
key

HVALS 2.0.0 O(N), N: fields of the hash
Lists the values without their fields
key

HLEN 2.0.0 O(1)
Counts the fields
key

HEXISTS 2.0.0 O(1)
Tells whether a field is there
key field

HSTRLEN 3.2.0 O(1)
Counts the bytes of a field's value
key field

HDEL 2.0.0 O(N), N: fields
Removes fields
key field...
+ 2.4.0 several fields

HINCRBY 2.0.0 O(1)
Adds to a number in a field
key field increment:integer

HINCRBYFLOAT 2.6.0 O(1)
Adds a fraction to a number in a field
key field increment:double

HRANDFIELD 6.2.0 O(N), N: fields returned
Picks fields at random; a negative count may pick one twice
key [options=count:integer [WITHVALUES]]

HSCAN 2.8.0 O(1) for each call, O(N) for all N fields
Walks through fields and values in small steps
key cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [NOVALUES]@7.4.0

HEXPIRE 7.4.0 O(N), N: fields
Lets fields expire after some seconds
key seconds:integer [condition=NX|XX|GT|LT] FIELDS fields=(numfields:integer field...)

HPEXPIRE 7.4.0 O(N), N: fields
Lets fields expire after some milliseconds
key milliseconds:integer [condition=NX|XX|GT|LT] FIELDS fields=(numfields:integer field...)

HEXPIREAT 7.4.0 O(N), N: fields
Lets fields expire at a time in seconds since 1970
key unix-time-seconds:unix-time [condition=NX|XX|GT|LT] FIELDS fields=(numfields:integer field...)

HPEXPIREAT 7.4.0 O(N), N: fields
Lets fields expire at a time in milliseconds since 1970
key unix-time-milliseconds:unix-time [condition=NX|XX|GT|LT] FIELDS fields=(numfields:integer field...)

HGETDEL 8.0.0 O(N), N: fields
Returns values and removes their fields
key FIELDS fields=(numfields:integer field...)

HGETEX 8.0.0 O(N), N: fields
Returns values and lets their fields expire, or keeps them from it
key [expiration=EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time|PXAT unix-time-milliseconds:unix-time|PERSIST] FIELDS fields=(numfields:integer field...)

HSETEX 8.0.0 O(N), N: fields
Sets fields that expire
key [condition=FNX|FXX] [expiration=EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time|PXAT unix-time-milliseconds:unix-time|KEEPTTL] FIELDS fields=(numfields:integer data=(field value)...)

HTTL 7.4.0 O(N), N: fields
Seconds until fields expire; -1 never, -2 no such field
key FIELDS fields=(numfields:integer field...)

HPTTL 7.4.0 O(N), N: fields
Milliseconds until fields expire; -1 never, -2 no such field
key FIELDS fields=(numfields:integer field...)

HEXPIRETIME 7.4.0 O(N), N: fields
When fields expire, in seconds since 1970
key FIELDS fields=(numfields:integer field...)

HPEXPIRETIME 7.4.0 O(N), N: fields
When fields expire, in milliseconds since 1970
key FIELDS fields=(numfields:integer field...)

HPERSIST 7.4.0 O(N), N: fields
Keeps fields from expiring
key FIELDS fields=(numfields:integer field...)
`
