// COMMAND DOCS of the commands of isodis/admin. How to read this: ../engine/docs.ts
import type { DocTexts } from '../engine/command.ts'

const connection = `
CLIENT|TRACKING 6.0.0 O(1)
Tells the connection when keys that it has read change
status=(ON|OFF) [REDIRECT client-id:integer] [PREFIX prefix]... [BCAST] [OPTIN] [OPTOUT] [NOLOOP]

CLIENT|CACHING 6.0.0 O(1)
Whether the next command's keys are tracked
mode=(YES|NO)

CLIENT|GETREDIR 6.0.0 O(1)
The connection that is told in the place of this one

CLIENT|TRACKINGINFO 6.2.0 O(1)
What this connection tracks

CLIENT|PAUSE 2.9.50 O(1)
Holds back the commands of all connections, or those that write
timeout:integer [mode=WRITE|ALL]@6.2.0

CLIENT|UNPAUSE 6.2.0 O(N), N: connections that wait
Lets go what CLIENT PAUSE holds back
`

// Where it is none, these say so.
const cluster = `
ASKING 3.0.0 O(1)
Says that this connection has followed a redirection

CLUSTER 3.0.0 that of the subcommand
The cluster this server is part of

CLUSTER|ADDSLOTS 3.0.0 O(N), N: slots
Gives slots to this node
slot:integer...

CLUSTER|ADDSLOTSRANGE 7.0.0 O(N), N: slots
Gives ranges of slots to this node
(start-slot:integer end-slot:integer)...

CLUSTER|COUNTKEYSINSLOT 3.0.0 O(1)
How many keys are in a slot
slot:integer

CLUSTER|FORGET 3.0.0 O(1)
Takes a node out of the cluster
node-id

CLUSTER|GETKEYSINSLOT 3.0.0 O(log(N)), N: keys that are asked for
Keys that are in a slot
slot:integer count:integer

CLUSTER|HELP 5.0.0 O(1)
Lists what CLUSTER can do

CLUSTER|INFO 3.0.0 O(1)
Describes the state of the cluster

CLUSTER|KEYSLOT 3.0.0 O(N), N: bytes of the key
The slot that a key is in
key:string

CLUSTER|LINKS 7.0.0 O(N), N: nodes
The connections between the nodes

CLUSTER|MEET 3.0.0 O(1)
Adds a node to the cluster
ip port:integer [cluster_bus_port:integer]@4.0.0

CLUSTER|MYID 3.0.0 O(1)
The ID of this node

CLUSTER|NODES 3.0.0 O(N), N: nodes
Describes all nodes, a line each

CLUSTER|REPLICAS 5.0.0 O(1)
The replicas of a node
node-id

CLUSTER|RESET 3.0.0 O(N), N: nodes that are known
Makes this node one that belongs to no cluster
[hard_soft=HARD|SOFT]

CLUSTER|SAVECONFIG 3.0.0 O(1)
Writes down what the node knows of the cluster

CLUSTER|SHARDS 7.0.0 O(N), N: nodes
Tells which shards have which slots

CLUSTER|SLAVES 3.0.0 O(1)
The replicas of a node
node-id
- 5.0.0 CLUSTER REPLICAS

CLUSTER|SLOTS 3.0.0 O(N), N: nodes
Tells which nodes have which slots
- 7.0.0 CLUSTER SHARDS
+ 4.0.0 node IDs
+ 7.0.0 more about networks

READONLY 3.0.0 O(1)
Lets this connection read from a replica

READWRITE 3.0.0 O(1)
Takes back READONLY
`

const hyperloglog = `
PFDEBUG 2.8.9 N/A
Shows the registers of one, or changes how they are kept
! syscmd
subcommand key

PFSELFTEST 2.8.9 N/A
Tests the estimates
! syscmd
`

const server = `
SYNC 1.0.0
A snapshot of all data, and from then on every write

PSYNC 2.8.0
The writes from an offset on, or else what SYNC gives
replicationid offset:integer

REPLCONF 3.0.0 O(1)
What a replica says of itself
! syscmd

MEMORY|STATS 4.0.0 O(1)
What memory is used for

MEMORY|DOCTOR 4.0.0 O(1)
Looks for problems with memory

MEMORY|MALLOC-STATS 4.0.0 as long as the allocator takes
What the allocator tells of itself

MEMORY|PURGE 4.0.0 as long as the allocator takes
Gives back memory that is free

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

ACL|SETUSER 6.0.0 O(N), N: rules
Makes a user, or changes what it may do
username [rule...]
+ 6.2.0 channels
+ 7.0.0 selectors, and patterns of keys to read or to write

ACL|DELUSER 6.0.0 as long as their connections take to close
Removes users and ends their connections
username...

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
`

const generic = `
MIGRATE 2.6.0 O(N), N: bytes of the values
Moves keys to another server
host port:integer key_or_empty_string=(key#0|empty_string="") destination-db:integer timeout:integer [COPY]@3.0.0 [REPLACE]@3.0.0 [authentication=([AUTH password]@4.0.7|[AUTH2 username_password=(username password)]@6.0.0)] [KEYS key#1...]@3.0.6
+ 3.0.0 COPY and REPLACE
+ 3.0.6 KEYS
+ 4.0.7 AUTH
+ 6.0.0 AUTH2
`

export const docs: DocTexts = { cluster, connection, generic, hyperloglog, server }
