// Lua scripts and functions. How to read this: ../docs.ts
export const scripting = `
EVAL 2.6.0 that of the script
Runs a Lua script
script numkeys:integer [key...] [arg...]

EVAL_RO 7.0.0 that of the script
Runs a Lua script that may not write
script numkeys:integer [key...] [arg...]

EVALSHA 2.6.0 that of the script
Runs a Lua script that the server knows by its SHA-1
sha1 numkeys:integer [key...] [arg...]

EVALSHA_RO 7.0.0 that of the script
Runs a known Lua script that may not write
sha1 numkeys:integer [key...] [arg...]

FCALL 7.0.0 that of the function
Calls a function of a library
function numkeys:integer [key...] [arg...]

FCALL_RO 7.0.0 that of the function
Calls a function that may not write
function numkeys:integer [key...] [arg...]

SCRIPT 2.6.0 that of the subcommand
The scripts that the server knows

SCRIPT|LOAD 2.6.0 O(N), N: bytes of the script
Makes a script known and returns its SHA-1
script

SCRIPT|EXISTS 2.6.0 O(N), N: scripts asked for
Tells which scripts are known
sha1...

SCRIPT|FLUSH 2.6.0 O(N), N: known scripts
Forgets all scripts
[async=ASYNC|SYNC]@6.2.0

SCRIPT|KILL 2.6.0 O(1)
Ends the running script, if it has not written

SCRIPT|DEBUG 3.2.0 O(1)
Switches the debugger for scripts
mode=(YES|SYNC|NO)

SCRIPT|HELP 5.0.0 O(1)
Lists what SCRIPT can do

FUNCTION 7.0.0 that of the subcommand
Libraries of functions

FUNCTION|LOAD 7.0.0 O(1), without compiling
Loads a library from its source
[REPLACE] function-code

FUNCTION|DELETE 7.0.0 O(1)
Removes a library with its functions
library-name

FUNCTION|LIST 7.0.0 O(N), N: functions
Lists libraries and their functions
[LIBRARYNAME library-name-pattern] [WITHCODE]

FUNCTION|DUMP 7.0.0 O(N), N: functions
Returns all libraries in Redis's own file format

FUNCTION|RESTORE 7.0.0 O(N), N: functions in the dump
Loads libraries from what FUNCTION DUMP returned
serialized-value [policy=FLUSH|APPEND|REPLACE]

FUNCTION|FLUSH 7.0.0 O(N), N: functions
Removes all libraries
[async=ASYNC|SYNC]

FUNCTION|KILL 7.0.0 O(1)
Ends the running function, if it has not written

FUNCTION|STATS 7.0.0 O(1)
Tells which function runs, and how many there are

FUNCTION|HELP 7.0.0 O(1)
Lists what FUNCTION can do
`
