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
Lets two databases change places
index1:integer index2:integer

TIME 2.6.0 O(1)
The server's clock: seconds since 1970, and microseconds

INFO 1.0.0 O(1)
Describes the server, section by section
[section...]
+ 7.0.0 several sections

MONITOR 1.0.0
Shows every command that the server runs

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
Saves if asked to, and stops the server
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
Sets the counters of INFO to zero

CONFIG|REWRITE 2.8.0 O(1)
Writes the settings into the file they came from

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

MEMORY|STATS 4.0.0 O(1)
What memory is used for

MEMORY|DOCTOR 4.0.0 O(1)
Looks for problems with memory

MEMORY|MALLOC-STATS 4.0.0 as long as the allocator takes
What the allocator tells of itself

MEMORY|PURGE 4.0.0 as long as the allocator takes
Gives back memory that is free

MEMORY|HELP 4.0.0 O(1)
Lists what MEMORY can do

SLOWLOG 2.2.12 that of the subcommand
The commands that took longest

SLOWLOG|GET 2.2.12 O(N), N: entries
The newest entries of the log
[count:integer]
+ 4.0.0 address and name of the client

SLOWLOG|LEN 2.2.12 O(1)
Counts the entries of the log

SLOWLOG|RESET 2.2.12 O(N), N: entries
Empties the log

SLOWLOG|HELP 6.2.0 O(1)
Lists what SLOWLOG can do

LATENCY 2.8.13 that of the subcommand
How long commands take, and when they took too long

LATENCY|DOCTOR 2.8.13 O(1)
Tells in words when commands took long, and what helps

LATENCY|GRAPH 2.8.13 O(1)
Draws the times of an event
event

LATENCY|HISTORY 2.8.13 O(1)
When an event took how long
event

LATENCY|LATEST 2.8.13 O(1)
The last time of each event, and the longest

LATENCY|RESET 2.8.13 O(1)
Forgets the times of all events, or of some
[event...]

LATENCY|HISTOGRAM 7.0.0 O(N), N: commands
How often commands took how long
[command...]

LATENCY|HELP 2.8.13 O(1)
Lists what LATENCY can do

MODULE 4.0.0 that of the subcommand
Modules of the server

MODULE|LIST 4.0.0 O(N), N: modules
Lists the modules

MODULE|LOAD 4.0.0 O(1)
Loads one
path [arg...]

MODULE|LOADEX 7.0.0 O(1)
Loads one with settings
path [CONFIG configs=(name value)]... [ARGS args=(arg)...]

MODULE|UNLOAD 4.0.0 O(1)
Unloads one
name

MODULE|HELP 5.0.0 O(1)
Lists what MODULE can do

DEBUG 1.0.0 that of the subcommand
For tests of the server and of programs that use it
! syscmd

FAILOVER 6.2.0 O(1)
Makes a replica the master
[TO target=(host port:integer [FORCE])] [ABORT] [TIMEOUT milliseconds:integer]

REPLICAOF 5.0.0 O(1)
Makes the server follow a master, or be one
args=(host-port=(host port:integer)|no-one=(NO ONE))

SLAVEOF 1.0.0 O(1)
Makes the server follow a master, or be one
args=(host-port=(host port:integer)|no-one=(NO ONE))
- 5.0.0 REPLICAOF

LOLWUT 5.0.0
Tells the version with a smile
[VERSION version:integer]

ACL 6.0.0 that of the subcommand
Users and what they may do

ACL|WHOAMI 6.0.0 O(1)
The user of this connection

ACL|CAT 6.0.0 O(1)
Lists the categories, or the commands of one
[categoryname]

ACL|LIST 6.0.0 O(N), N: users
The rules of all users

ACL|USERS 6.0.0 O(N), N: users
Names the users

ACL|GETUSER 6.0.0 O(N), N: rules of the user
What a user may do
username
+ 6.2.0 channels
+ 7.0.0 selectors, and patterns as rules

ACL|DRYRUN 7.0.0 O(1)
Tells whether a user may run a command
username command [arg...]

ACL|GENPASS 6.0.0 O(1)
Makes a password by chance
[bits:integer]

ACL|LOG 6.0.0 O(N), N: entries
Who was refused
[operation=count:integer|RESET]

ACL|LOAD 6.0.0 O(N), N: users
Reads the users from their file

ACL|SAVE 6.0.0 O(N), N: users
Writes the users into their file

ACL|HELP 6.0.0 O(1)
Lists what ACL can do
`
