// Streams and their consumer groups. How to read this: ../docs.ts
export const streams = `
XADD 5.0.0 O(1), with trimming O(N), N: entries removed
Adds an entry to the end of a stream and returns its ID
key [NOMKSTREAM]@6.2.0 [trim=strategy=(MAXLEN|MINID@6.2.0) [operator=equal==|approximately=~] threshold [LIMIT count:integer]@6.2.0 [condition=KEEPREF|DELREF|ACKED]@8.2.0] id_or_auto=(auto_id=*|id) (field value)...
+ 7.0.0 IDs such as 5-*

XLEN 5.0.0 O(1)
Counts the entries
key

XRANGE 5.0.0 O(N), N: entries returned
Lists entries between two IDs
key start end [COUNT count:integer]
+ 6.2.0 ranges that leave out their ends

XREVRANGE 5.0.0 O(N), N: entries returned
Lists entries between two IDs, the newest first
key end start [COUNT count:integer]
+ 6.2.0 ranges that leave out their ends

XDEL 5.0.0 O(1) for each entry
Removes entries by their IDs
key id...

XDELEX 8.2.0 O(1) for each entry
Removes entries, if wanted only what all groups have acknowledged
key [condition=KEEPREF|DELREF|ACKED] IDS ids=(numids:integer id...)

XTRIM 5.0.0 O(N), N: entries removed
Removes the oldest entries, down to a length or an ID
key trim=(strategy=(MAXLEN|MINID@6.2.0) [operator=equal==|approximately=~] threshold [LIMIT count:integer]@6.2.0 [condition=KEEPREF|DELREF|ACKED]@8.2.0)

XSETID 5.0.0 O(1)
Sets the last ID of a stream and its counters
key last-id [ENTRIESADDED entries_added:integer]@7.0.0 [MAXDELETEDID max_deleted_entry_id]@7.0.0

XREAD 5.0.0 O(N) for each stream, N: entries returned
Reads what came after an ID from several streams, and may wait for more
[COUNT count:integer] [BLOCK milliseconds:integer] STREAMS streams=(key... id...)
+ 7.4.0 the ID + for the last entry

XREADGROUP 5.0.0 O(M) for each stream, M: entries returned
Reads as one consumer of a group, each entry going to one of them
GROUP (group consumer) [COUNT count:integer] [BLOCK milliseconds:integer] [CLAIM min-idle-time:integer]@8.4.0 [NOACK] STREAMS streams=(key... id...)

XACK 5.0.0 O(1) for each entry
Tells a group that entries have been dealt with
key group id...

XACKDEL 8.2.0 O(1) for each entry
Tells a group that entries have been dealt with, and removes them
key group [condition=KEEPREF|DELREF|ACKED] IDS ids=(numids:integer id...)

XPENDING 5.0.0 O(N), N: entries returned; O(M) with IDLE, M: entries looked at
Shows what was handed to consumers and is not yet acknowledged
key group [filters=[IDLE min-idle-time:integer]@6.2.0 start end count:integer [consumer]]
+ 6.2.0 ranges that leave out their ends

XCLAIM 5.0.0 O(log N), N: pending entries of the group
Hands pending entries to another consumer
key group consumer min-idle-time id... [IDLE ms:integer] [TIME unix-time-milliseconds:unix-time] [RETRYCOUNT count:integer] [FORCE] [JUSTID] [LASTID id]

XAUTOCLAIM 6.2.0 O(1) for a small COUNT
Hands entries that have been pending too long to another consumer
key group consumer min-idle-time start [COUNT count:integer] [JUSTID]
+ 7.0.0 IDs of entries that are gone

XGROUP 5.0.0 that of the subcommand
Consumer groups

XGROUP|CREATE 5.0.0 O(1)
Makes a group that reads from an ID on
key groupname id=(id|new_id=$) [MKSTREAM] [ENTRIESREAD entries_read:integer]
+ 7.0.0 ENTRIESREAD

XGROUP|SETID 5.0.0 O(1)
Sets from where a group reads on
key groupname id=(id|new_id=$) [ENTRIESREAD entries_read:integer]
+ 7.0.0 ENTRIESREAD

XGROUP|DESTROY 5.0.0 O(N), N: pending entries of the group
Removes a group
key groupname

XGROUP|CREATECONSUMER 6.2.0 O(1)
Adds a consumer to a group
key groupname consumername

XGROUP|DELCONSUMER 5.0.0 O(1)
Removes a consumer and what it has not acknowledged
key groupname consumername

XGROUP|HELP 5.0.0 O(1)
Lists what XGROUP can do

XINFO 5.0.0 that of the subcommand
What there is to know about streams and their groups

XINFO|STREAM 5.0.0 O(1)
Describes a stream, with FULL down to its groups and entries
key [FULL full=([COUNT count:integer])]
+ 6.0.0 FULL
+ 7.0.0 counters of entries read and added
+ 7.2.0 when consumers were active

XINFO|GROUPS 5.0.0 O(1)
Describes the groups of a stream
key
+ 7.0.0 entries-read and lag

XINFO|CONSUMERS 5.0.0 O(1)
Describes the consumers of a group
key groupname
+ 7.2.0 inactive

XINFO|HELP 5.0.0 O(1)
Lists what XINFO can do
`
