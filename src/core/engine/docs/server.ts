// The server as a whole. How to read this: ../docs.ts
export const server = `
DBSIZE 1.0.0 O(1)
Counts the keys of the database

FLUSHDB 1.0.0 O(N), N: keys of the database
Removes every key of the database
[async=ASYNC@4.0.0|SYNC@6.2.0]

FLUSHALL 1.0.0 O(N), N: keys of all databases
Removes every key of every database
[async=ASYNC@4.0.0|SYNC@6.2.0]

SWAPDB 4.0.0 O(N), N: clients that watch or wait for keys in them
Swaps two databases
index1:integer index2:integer

TIME 2.6.0 O(1)
The server's clock: seconds since 1970, and microseconds

INFO 1.0.0 O(1)
Describes the server
[section...]
+ 7.0.0 several sections

MONITOR 1.0.0
Shows every command that runs

ROLE 2.8.12 O(1)
Tells whether this is a master or a replica

SAVE 1.0.0 O(N), N: keys of all databases
Saves everything and waits for it

BGSAVE 1.0.0 O(1)
Saves everything while others go on
[SCHEDULE]@3.2.2

BGREWRITEAOF 1.0.0 O(1)
Writes the append-only file anew while others go on

LASTSAVE 1.0.0 O(1)
When everything was last saved, in seconds since 1970

SHUTDOWN 1.0.0 O(N) if it saves, N: keys of all databases; otherwise O(1)
Stops the server
[NOSAVE|SAVE] [NOW]@7.0.0 [FORCE]@7.0.0 [ABORT]@7.0.0

CONFIG 2.0.0 that of the subcommand
The server's settings

CONFIG|GET 2.0.0 O(N), N: patterns
Reads settings by name or pattern
(parameter)...
+ 7.0.0 several patterns

CONFIG|SET 2.0.0 O(N), N: settings
Changes settings, all or none
(parameter value)...
+ 7.0.0 several settings

CONFIG|RESETSTAT 2.0.0 O(1)
Zeroes INFO's counters

CONFIG|REWRITE 2.8.0 O(1)
Writes the settings to their file

CONFIG|HELP 5.0.0 O(1)
Lists what CONFIG can do

COMMAND 2.8.13 O(N), N: commands
The table of commands, and what is in it

COMMAND|COUNT 2.8.13 O(1)
Counts the commands

COMMAND|LIST 7.0.0 O(N), N: commands
Names the commands
[FILTERBY filterby=(MODULE module-name|ACLCAT category|PATTERN pattern:pattern)]

COMMAND|INFO 2.8.13 O(N), N: commands asked for
Tells how commands are called and what they touch
[command-name...]
+ 7.0.0 without names

COMMAND|DOCS 7.0.0 O(N), N: commands asked for
Tells what commands do and what they take
[command-name...]

COMMAND|GETKEYS 2.8.13 O(N), N: words of the command
Names the keys in a command
command [arg...]

COMMAND|GETKEYSANDFLAGS 7.0.0 O(N), N: words of the command
Names the keys in a command and what happens to them
command [arg...]

COMMAND|HELP 5.0.0 O(1)
Lists what COMMAND can do

MEMORY 4.0.0 that of the subcommand
Memory that values take

MEMORY|USAGE 4.0.0 O(N), N: samples
Estimates how many bytes a key takes
key [SAMPLES count:integer]

MEMORY|HELP 4.0.0 O(1)
Lists what MEMORY can do

ACL 6.0.0 that of the subcommand
Users and what they may do

ACL|WHOAMI 6.0.0 O(1)
The user of this connection

ACL|HELP 6.0.0 O(1)
Lists what ACL can do
`
