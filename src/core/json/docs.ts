// COMMAND DOCS of the commands on JSON. How to read this: ../engine/docs.ts
import type { DocTexts } from '../engine/command.ts'

const json = `
JSON.SET 1.0.0 O(M+N), M: what was there, N: what comes
Sets the values at a path
key path value [condition=NX|XX]

JSON.MSET 2.6.0 O(K*(M+N)), K: keys, M: what was there, N: what comes
Sets values of several keys
triplet=(key path value)...

JSON.MERGE 2.6.0 O(M+N), M: what was there, N: what comes
Merges a value into those at a path, as RFC 7396 has it
key path value

JSON.GET 1.0.0 O(N), N: the size of the value
The values at paths, as text
key [INDENT indent] [NEWLINE newline] [SPACE space] [FORMAT format=(STRING|EXPAND1|EXPAND)] [path...]

JSON.MGET 1.0.0 O(M*N), M: keys, N: the size of a value
The values at a path in several keys
key... path

JSON.DEL 1.0.0 O(N), N: the size of the value
Removes the values at a path
key [path]

JSON.FORGET 1.0.0 O(N), N: the size of the value
Removes the values at a path, as JSON.DEL
key [path]

JSON.CLEAR 2.0.0 O(N), N: the size of the value
Empties objects and arrays and sets numbers to 0
key [path]

JSON.TYPE 1.0.0 O(N), N: the size of the document
The types of the values at a path
key [path]

JSON.TOGGLE 2.0.0 O(N), N: the size of the document
Turns true into false, and false into true
key path

JSON.STRAPPEND 1.0.0 O(N), N: the size of the document
Appends a text to those at a path
key [path] value

JSON.STRLEN 1.0.0 O(N), N: the size of the document
The lengths of texts, in bytes
key [path]

JSON.OBJKEYS 1.0.0 O(N), N: the size of the document
The keys of objects
key [path]

JSON.OBJLEN 1.0.0 O(N), N: the size of the document
How many keys objects have
key [path]

JSON.RESP 1.0.0 O(N), N: the size of the value
The values at a path as replies of the protocol
key [path]
- 2.6 JSON.GET

JSON.DEBUG 1.0.0 N/A
What there is to debug documents with

JSON.DEBUG|MEMORY 1.0.0 O(N), N: the size of the value
Bytes of memory that values take
key [path]

JSON.DEBUG|HELP 1.0.0 O(1)
Lists what JSON.DEBUG can do

JSON.ARRAPPEND 1.0.0 O(N), N: the size of the document
Appends values to arrays
key path value...

JSON.ARRINSERT 1.0.0 O(N), N: the size of the array
Inserts values into arrays before an index
key path index:integer value...

JSON.ARRINDEX 1.0.0 O(N), N: the size of the array
The first index at which arrays have a value
key path value [range=(start:integer [stop:integer])]

JSON.ARRLEN 1.0.0 O(N), N: the size of the document
The lengths of arrays
key [path]

JSON.ARRPOP 1.0.0 O(N), N: the size of the array
Removes an element of arrays and gives it
key [FORMAT format=(STRINGS|EXPAND1|EXPAND)] [place=(path [index:integer])]

JSON.ARRTRIM 1.0.0 O(N), N: the size of the array
Cuts arrays to a range
key path start:integer stop:integer

JSON.NUMINCRBY 1.0.0 O(N), N: the size of the document
Adds to the numbers at a path
key path value:double

JSON.NUMMULTBY 1.0.0 O(N), N: the size of the document
Multiplies the numbers at a path
key path value:double

JSON.NUMPOWBY 1.0.0 O(N), N: the size of the document
Raises the numbers at a path to a power
key path value:double
`

export const docs: DocTexts = { json }
