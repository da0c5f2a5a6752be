# What the suite reads from a replica's connection is read from the journal here: isodis has no replicas, and what Redis
# writes into its append-only file is what it sends them.

proc attach_to_replication_stream {} {
    set ::journal_was [lindex [r config get appendonly] 1]
    r config set appendonly yes appendfsync always
    waitForBgrewriteaof r
    # What comes from here on goes to a file of its own, with a SELECT first.
    r bgrewriteaof
    waitForBgrewriteaof r
    set dir [file join [lindex [r config get dir] 1] [lindex [r config get appenddirname] 1]]
    set stream [open [lindex [lsort -dictionary [glob $dir/*.incr.aof]] end] r]
    fconfigure $stream -translation binary
    return $stream
}

proc close_replication_stream {stream} {
    close $stream
    r config set appendonly $::journal_was
    return {}
}
