// Keys, whatever they hold. How to read this: ../docs.ts
export const keys = `
DEL 1.0.0 O(N), N: keys; O(M) for a collection of M elements
Removes keys
key...

UNLINK 4.0.0 O(1) for each key; what it held is freed in O(N), N: its parts
Removes keys and frees their memory later
key...

EXISTS 1.0.0 O(N), N: keys
Counts how many of the keys are there
key...
+ 3.0.3 several keys

TYPE 1.0.0 O(1)
Tells what kind of value a key holds
key

TOUCH 3.2.1 O(N), N: keys
Marks keys as just used and counts those that are there
key...

KEYS 1.0.0 O(N), N: keys of the database
Lists the keys that match a pattern; SCAN does not hold up others
pattern:pattern

SCAN 2.8.0 O(1) for each call, O(N) for all N keys
Walks through the keys in small steps
cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type]@6.0.0

RANDOMKEY 1.0.0 O(1)
Picks any key

RENAME 1.0.0 O(1)
Gives a value another key, replacing what is there
key newkey:key

RENAMENX 1.0.0 O(1)
Gives a value another key unless that is taken
key newkey:key
+ 3.2.0 no error if both are the same

COPY 6.2.0 O(N), N: elements; O(1) for a string
Copies a value to another key
source:key destination:key [DB destination-db:integer] [REPLACE]

MOVE 1.0.0 O(1)
Takes a key to another database
key db:integer

EXPIRE 1.0.0 O(1)
Lets a key expire after some seconds
key seconds:integer [condition=NX|XX|GT|LT]@7.0.0

PEXPIRE 2.6.0 O(1)
Lets a key expire after some milliseconds
key milliseconds:integer [condition=NX|XX|GT|LT]@7.0.0

EXPIREAT 1.2.0 O(1)
Lets a key expire at a time in seconds since 1970
key unix-time-seconds:unix-time [condition=NX|XX|GT|LT]@7.0.0

PEXPIREAT 2.6.0 O(1)
Lets a key expire at a time in milliseconds since 1970
key unix-time-milliseconds:unix-time [condition=NX|XX|GT|LT]@7.0.0

TTL 1.0.0 O(1)
Seconds until a key expires; -1 never, -2 no such key
key
+ 2.8.0 -2 for no such key

PTTL 2.6.0 O(1)
Milliseconds until a key expires; -1 never, -2 no such key
key
+ 2.8.0 -2 for no such key

EXPIRETIME 7.0.0 O(1)
When a key expires, in seconds since 1970
key

PEXPIRETIME 7.0.0 O(1)
When a key expires, in milliseconds since 1970
key

PERSIST 2.2.0 O(1)
Keeps a key from expiring
key

SORT 1.0.0 O(N+M*log(M)), N: elements, M: elements returned
Sorts elements by themselves or by other keys, and returns or stores them
key [BY pattern:pattern#1] [LIMIT (offset:integer count:integer)] [GET pattern:pattern#1]... [order=ASC|DESC] [sorting=ALPHA] [STORE destination:key]

SORT_RO 7.0.0 O(N+M*log(M)), N: elements, M: elements returned
Sorts elements by themselves or by other keys
key [BY pattern:pattern#1] [LIMIT (offset:integer count:integer)] [GET pattern:pattern#1]... [order=ASC|DESC] [sorting=ALPHA]

DUMP 2.6.0 O(1) to find it and O(N*M), N: objects in the value, M: their size
Returns a value in Redis's own file format
key

RESTORE 2.6.0 O(1) for the key and O(N*M), N: objects in the value, M: their size; O(N*M*log(N)) for a sorted set
Makes a key from what DUMP returned
key ttl:integer serialized-value [REPLACE]@3.0.0 [ABSTTL]@5.0.0 [IDLETIME seconds:integer]@5.0.0 [FREQ frequency:integer]@5.0.0

OBJECT 2.2.3 that of the subcommand
How a value is kept

OBJECT|ENCODING 2.2.3 O(1)
Names the form in which a value is kept
key

OBJECT|REFCOUNT 2.2.3 O(1)
How many hold on to a value
key

OBJECT|IDLETIME 2.2.3 O(1)
Seconds since a key was last used
key

OBJECT|FREQ 4.0.0 O(1)
How often a key is used, as LFU eviction counts it
key

OBJECT|HELP 6.2.0 O(1)
Lists what OBJECT can do

WAIT 3.0.0 O(1)
Waits until replicas have what was written
numreplicas:integer timeout:integer

WAITAOF 7.2.0 O(1)
Waits until what was written is in the append-only files
numlocal:integer numreplicas:integer timeout:integer
`
