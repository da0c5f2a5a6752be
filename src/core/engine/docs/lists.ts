// Lists. How to read this: ../docs.ts
export const lists = `
LPUSH 1.0.0 O(1) for each element
Adds elements to the left end of a list
key element...
+ 2.4.0 several elements

RPUSH 1.0.0 O(1) for each element
Adds elements to the right end of a list
key element...
+ 2.4.0 several elements

LPUSHX 2.2.0 O(1) for each element
Adds elements to the left end if the list is there
key element...
+ 4.0.0 several elements

RPUSHX 2.2.0 O(1) for each element
Adds elements to the right end if the list is there
key element...
+ 4.0.0 several elements

LPOP 1.0.0 O(N), N: elements returned
Takes elements from the left end
key [count:integer]@6.2.0

RPOP 1.0.0 O(N), N: elements returned
Takes elements from the right end
key [count:integer]@6.2.0

LLEN 1.0.0 O(1)
Counts the elements of a list
key

LINDEX 1.0.0 O(N), N: elements between the nearer end and the index
Reads the element at an index, negative from the right
key index:integer

LSET 1.0.0 O(N), N: elements; O(1) at both ends
Replaces the element at an index
key index:integer element

LINSERT 2.2.0 O(N), N: elements before the pivot
Adds an element next to another
key where=(BEFORE|AFTER) pivot element

LRANGE 1.0.0 O(S+N), S: elements before the first, N: elements returned
Lists the elements from one index to another
key start:integer stop:integer

LTRIM 1.0.0 O(N), N: elements removed
Keeps only the elements from one index to another
key start:integer stop:integer

LREM 1.0.0 O(N+M), N: elements, M: elements removed
Removes elements equal to a value, from the left or the right
key count:integer element

LPOS 6.0.6 O(N), N: elements
Finds where a value is
key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]

LMOVE 6.2.0 O(1)
Takes an element from one end of a list to an end of another
source:key destination:key wherefrom=(LEFT|RIGHT) whereto=(LEFT|RIGHT)

RPOPLPUSH 1.2.0 O(1)
Takes the last element of a list to the front of another
source:key destination:key
- 6.2.0 LMOVE with RIGHT and LEFT

LMPOP 7.0.0 O(N+M), N: keys, M: elements returned
Takes elements from the first list that has any
numkeys:integer key... where=(LEFT|RIGHT) [COUNT count:integer]

BLPOP 2.0.0 O(N), N: keys
Takes an element from the left of the first list that has any, and waits for one
key... timeout:double
+ 6.0.0 parts of a second

BRPOP 2.0.0 O(N), N: keys
Takes an element from the right of the first list that has any, and waits for one
key... timeout:double
+ 6.0.0 parts of a second

BLMOVE 6.2.0 O(1)
As LMOVE, and waits for an element
source:key destination:key wherefrom=(LEFT|RIGHT) whereto=(LEFT|RIGHT) timeout:double

BRPOPLPUSH 2.2.0 O(1)
As RPOPLPUSH, and waits for an element
source:key destination:key timeout:double
- 6.2.0 BLMOVE with RIGHT and LEFT
+ 6.0.0 parts of a second

BLMPOP 7.0.0 O(N+M), N: keys, M: elements returned
As LMPOP, and waits for elements
timeout:double numkeys:integer key... where=(LEFT|RIGHT) [COUNT count:integer]
`
