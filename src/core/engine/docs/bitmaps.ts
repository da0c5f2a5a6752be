// Strings as rows of bits. How to read this: ../docs.ts
export const bitmaps = `
SETBIT 2.2.0 O(1)
Sets one bit and returns what it was
key offset:integer value:integer

GETBIT 2.2.0 O(1)
Reads one bit; 0 beyond the end
key offset:integer

BITCOUNT 2.6.0 O(N), N: bytes looked at
Counts the bits that are 1
key [index=start:integer end:integer [index_unit=BYTE|BIT]@7.0.0]

BITPOS 2.8.7 O(N), N: bytes looked at
Finds the first bit that is 0, or 1
key bit:integer [index=start:integer [end_index=end:integer [index_unit=BYTE|BIT]@7.0.0]]

BITOP 2.6.0 O(N), N: bytes of the longest string
Combines strings bit by bit and stores the result
operation destkey:key key...
+ 8.2.0 DIFF, DIFF1, ANDOR and ONE

BITFIELD 3.2.0 O(1) for each operation
Reads and changes integers of any width inside a string
key [operation=(GET (encoding offset:integer)|write=([OVERFLOW (WRAP|SAT|FAIL)] write_operation=(SET (encoding offset:integer value:integer)|INCRBY (encoding offset:integer increment:integer))))...]

BITFIELD_RO 6.0.0 O(1) for each operation
Reads integers of any width inside a string
key [GET (encoding offset:integer)]...
`
