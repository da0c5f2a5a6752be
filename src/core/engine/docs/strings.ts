// Strings, and numbers in them. How to read this: ../docs.ts
export const strings = `
GET 1.0.0 O(1)
Reads a string
key

SET 1.0.0 O(1)
Stores a string, whatever the key held before
key value [condition=NX|XX|IFEQ ifeq-value@8.4.0|IFNE ifne-value@8.4.0|IFDEQ ifdeq-digest@8.4.0|IFDNE ifdne-digest@8.4.0]@2.6.12 [GET]@6.2.0 [expiration=EX seconds:integer@2.6.12|PX milliseconds:integer@2.6.12|EXAT unix-time-seconds:unix-time@6.2.0|PXAT unix-time-milliseconds:unix-time@6.2.0|KEEPTTL@6.0.0]
+ 7.0.0 NX and GET go together

SETNX 1.0.0 O(1)
Stores a string unless the key is there
key value

SETEX 2.0.0 O(1)
Stores a string that expires after some seconds
key seconds:integer value

PSETEX 2.6.0 O(1)
Stores a string that expires after some milliseconds
key milliseconds:integer value

GETSET 1.0.0 O(1)
Stores a string and returns the one before
key value
- 6.2.0 SET with GET

GETDEL 6.2.0 O(1)
Reads a string and removes it
key

GETEX 6.2.0 O(1)
Reads a string and changes when it expires
key [expiration=EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time|PXAT unix-time-milliseconds:unix-time|PERSIST]

MGET 1.0.0 O(N), N: keys
Reads several strings; null for what is none
key...

MSET 1.0.1 O(N), N: keys
Stores several strings at once
(key value)...

MSETNX 1.0.1 O(N), N: keys
Stores several strings, or none if one of the keys is there
(key value)...

MSETEX 8.4.0 O(N), N: keys
Stores several strings with one expiry, if wanted only if all or none of the keys are there
numkeys:integer data=(key value)... [condition=NX|XX] [expiration=EX seconds:integer|PX milliseconds:integer|EXAT unix-time-seconds:unix-time|PXAT unix-time-milliseconds:unix-time|KEEPTTL]

DELEX 8.4.0 O(1), with IFDEQ and IFDNE O(N), N: bytes of the string
Removes a key if its string is, or is not, a given one
key [condition=IFEQ ifeq-value|IFNE ifne-value|IFDEQ ifdeq-digest|IFDNE ifdne-digest]

DIGEST 8.4.0 O(N), N: bytes of the string
Hashes a string with XXH3, as IFDEQ compares it
key

APPEND 2.0.0 O(1), amortized
Adds to the end of a string, which is made if missing
key value

STRLEN 2.2.0 O(1)
Counts the bytes of a string
key

SETRANGE 2.2.0 O(1) for a short value, O(M) for one of M bytes
Overwrites a string from an offset on, padding it with zeros
key offset:integer value

GETRANGE 2.4.0 O(N), N: bytes returned
Returns the bytes between two positions, both included
key start:integer end:integer

SUBSTR 1.0.0 O(N), N: bytes returned
Old name of GETRANGE
key start:integer end:integer
- 2.0.0 GETRANGE

INCR 1.0.0 O(1)
Adds one to a number
key

DECR 1.0.0 O(1)
Takes one off a number
key

INCRBY 1.0.0 O(1)
Adds to a number
key increment:integer

DECRBY 1.0.0 O(1)
Takes from a number
key decrement:integer

INCRBYFLOAT 2.6.0 O(1)
Adds a fraction to a number
key increment:double

LCS 7.0.0 O(N*M), N and M: lengths of the strings
Finds the longest common subsequence of two strings
key1:key key2:key#0 [LEN] [IDX] [MINMATCHLEN len:integer] [WITHMATCHLEN]
`
