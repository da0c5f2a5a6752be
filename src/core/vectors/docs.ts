// COMMAND DOCS of the commands on vector sets. How to read this: ../engine/docs.ts
import type { DocTexts } from '../engine/command.ts'

const vector_set = `
VADD 8.0.0 O(log(N)), N: elements
Adds an element with a vector, or gives it another vector
key [REDUCE dim:integer] format=(FP32|VALUES) vector element [CAS] [quantization=NOQUANT|BIN|Q8] [EF effort:integer] [SETATTR attributes] [M links:integer]

VREM 8.0.0 O(log(N)), N: elements
Removes an element
key element

VSIM 8.0.0 O(log(N)), N: elements
The elements whose vectors are most like one
key format=(ELE|FP32|VALUES) vector [WITHSCORES] [WITHATTRIBS] [COUNT count:integer] [EPSILON distance:double] [EF effort:integer] [FILTER expression] [FILTER-EF effort:integer] [TRUTH] [NOTHREAD]

VDIM 8.0.0 O(1)
How many dimensions vectors have
key

VCARD 8.0.0 O(1)
The number of elements
key

VISMEMBER 8.0.0 O(1)
Whether there is an element
key element

VEMB 8.0.0 O(1)
The vector of an element
key element [RAW]

VSETATTR 8.0.0 O(1)
Sets the attributes of an element, or removes them
key element attributes

VGETATTR 8.0.0 O(1)
The attributes of an element
key element

VLINKS 8.0.0 O(1)
What an element is linked to, layer by layer
key element [WITHSCORES]

VINFO 8.0.0 O(1)
Facts about a vector set
key

VRANDMEMBER 8.0.0 O(N), N: how many are asked for
Random elements
key [count:integer]

VRANGE 8.4.0 O(log(N)+M), M: how many are given
Elements from one to another, in the order of their bytes
key start end [count:integer]
`

export const docs: DocTexts = { vector_set }
