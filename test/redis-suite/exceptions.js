// Tests of Redis's suite that are expected to fail, each with the reason. A test that is listed and passes fails the run.

/** What no unit runs. */
export const TAGS = ['-cluster']

const REPLICA_FILES =
  'most of what it waits for is how Redis sends files to replicas: child processes, pipes, LOADING (test/replication has what clients see)'
const CLUSTER_UNIT = 'Redis Cluster of several nodes: isodis is a cluster by itself'

/** Units that are not run at all. */
export const notRun = {
  'integration/replication': REPLICA_FILES,
  'integration/replication-buffer': 'how Redis shares memory between its replicas',
  'unit/cluster': CLUSTER_UNIT,
  'unit/cluster/misc': CLUSTER_UNIT,
  'unit/cluster/links': CLUSTER_UNIT,
  'unit/tls': 'without --tls it has no tests',
  'unit/oom-score-adj': "the kernel's OOM killer: a matter of the process, not of isodis",
  'integration/logging': 'crash reports of a C program',
  'integration/dismiss-mem': 'memory that a forked child shares with its parent: isodis does not fork',
  'unit/client-eviction': 'maxmemory-clients: clients are not evicted here, client-output-buffer-limit cuts them off',
  'unit/querybuf': 'how Redis allots buffers for what it reads',
  'unit/pendingquerybuf': 'how Redis allots buffers for what its replicas read',
  'unit/replybufsize': 'how Redis allots buffers for what it writes',
}

/** The units of .ci/run. */
export const quick = [
  'unit/protocol',
  'unit/auth',
  'unit/keyspace',
  'unit/scan',
  'unit/info',
  'unit/info-command',
  'unit/type/string',
  'unit/type/incr',
  'unit/type/list',
  'unit/type/list-2',
  'unit/type/set',
  'unit/type/zset',
  'unit/type/hash',
  'unit/type/stream-cgroups',
  'unit/sort',
  'unit/other',
  'unit/expire',
  'unit/quit',
  'unit/multi',
  'unit/acl',
  'unit/acl-v2',
  'unit/pubsub',
  'unit/pubsubshard',
  'unit/slowlog',
  'unit/introspection-2',
  'unit/bitops',
  'unit/bitfield',
  'unit/printver',
  'unit/violations',
  'unit/memefficiency',
  'unit/wait',
  'unit/cluster-scripting',
  'integration/replication-2',
  'integration/psync2-reg',
  'integration/redis-cli',
  'integration/convert-ziplist-hash-on-load',
  'integration/convert-ziplist-zset-on-load',
  'integration/convert-zipmap-hash-on-load',
]

/** Why a test fails. `skip`: it is not run, since it would wait for ever. `sometimes`: it may pass. */
const because = (reason, options = {}) => ({ reason, ...options })
const WRITABLE = because('replica-read-only no: replicas cannot be written to')
const DIVERGED = because('DEBUG REPLICATE')
const UNCACHED = because('MIGRATE makes a connection each time: INFO counts none that are kept')
const SELECTIVE = because('redis.set_repl: what a script changes is always passed on')
const QUEUED_SCRIPT = because('a script that is queued is judged when it runs: EXEC has its error, but is not refused')
const SOURCE = because('bind-source-addr has no effect')
const PAUSED = because("CLIENT PAUSE does not hold up what a replica's master sends")
const PASSIVE = because('while clients are paused no timer removes keys, but a lookup does: there is no replica to hide it from')
const THREAD = because('a script runs to its end or its budget: JavaScript has one thread, so that nobody is answered BUSY meanwhile')
const CLIENT_MEMORY = because('memory of clients is not counted in used_memory, and maxmemory-clients is refused')
const CORRUPT = because('what is damaged is refused, in other words than those in the log of Redis')
const UNCHECKED = because('a damaged payload that Redis takes, to fail when it is read, is refused at once')
const MANIFEST = because(
  'names and numbers of append-only files as Redis makes them: here a base is always RDB, and the first write makes its file',
)
const LEFT_OVER = because('follows from a test before it, whose files are left when it fails')
const LISTEN = because('it listens on 127.0.0.1 unless told otherwise')
const FIXED = because('parameters that came after 7.0 are fixed too, which the test does not know')
const FORK = because('a child process that saves: isodis saves in slices without one')
const LOADING = because('it listens once it has loaded, so that nobody is answered LOADING')
const TIMESTAMPS = because('the append-only files have no timestamps: aof-timestamp-enabled is refused')
const WORDING = because('the journal, and the log of its rewrite, say the same in other words')
const HASHTABLE = because("DEBUG HTSTATS: the chains of Redis's hash tables")
const LAZYFREE = because('INFO counts nothing as freed in the background: JavaScript does not tell')
const DATA_ALONE = because('used_memory is that of the data, none when there is none: nothing is less than twice that')
const ASLEEP = because('DEBUG SLEEP in a script: a script cannot wait')
const DEBUGGER = because('SCRIPT DEBUG: there is no debugger of scripts')
const DOZING = because('DEBUG SLEEP in a transaction: only the reply to EXEC waits')
const AWAKE = because('a replica that sleeps by DEBUG SLEEP in a transaction is back at once: the backlog still has what it missed', {
  sometimes: true,
})
const SIGNAL = because('a signal ends the server at once, whatever DEBUG PAUSE-CRON says')
const ENDED = because('follows from the test before it, which ends the server')
const CASCADE = because('follows from the test before it, which fails and does not put back what it has set', { sometimes: true })
const PROCESS = because('the name of the process')
const STORAGE = because("dir and dbfilename are the storage's, and fixed while it runs")
const EXPIRE = because('keys expire by a timer of their own: there is no expire cycle that could be slow')
const LUA = because('string.dump: functions are not bytecode')
const RANDOM = because('so many random elements are refused at once')
const PIPELINE = because("what the kernel takes of a pipeline's replies has left the buffer before the limit is looked at")
const FLUSH = because('DEBUG AOF-FLUSH-SLEEP')
const FLAKY = because('a matter of timing or of estimated memory', { sometimes: true })

/** By unit and test. After an error outside of tests the rest of its block is not run. */
export const exceptions = {
  'integration/aof-multi-part': {
    'Multi Part AOF can load data from old version redis (rdb preamble no)': MANIFEST,
    'Multi Part AOF can load data from old version redis (rdb preamble yes)': LEFT_OVER,
    'Multi Part AOF can continue the upgrade from the interrupted upgrade state': LEFT_OVER,
    'Multi Part AOF can be loaded correctly when both server dir and aof dir contain old AOF': MANIFEST,
    "Multi Part AOF can't load data when the manifest contains the old AOF file name but the file does not exist in server dir and aof dir":
      LEFT_OVER,
    'Multi Part AOF can upgrade when when two redis share the same server dir': LEFT_OVER,
    'Multi Part AOF can create BASE (RDB format) when redis starts from empty': LEFT_OVER,
    'Multi Part AOF can create BASE (AOF format) when redis starts from empty': MANIFEST,
    'AOF multiple rewrite failures will open multiple INCR AOFs': MANIFEST,
    "AOF rewrite doesn't open new aof when AOF turn off": MANIFEST,
    'AOF enable/disable auto gc': MANIFEST,
    'AOF can produce consecutive sequence number after reload': MANIFEST,
    'AOF enable during BGSAVE will not write data util AOFRW finish': MANIFEST,
    'AOF will trigger limit when AOFRW fails many times': MANIFEST,
    'AOF will open a temporary INCR AOF to accumulate data until the first AOFRW success when AOF is dynamically enabled': MANIFEST,
  },
  'integration/aof': {
    'AOF fsync always barrier issue': FLUSH,
    'Generate timestamp annotations in AOF': TIMESTAMPS,
    'EVAL timeout with slow verbatim Lua script from AOF': LOADING,
  },
  'integration/corrupt-dump': {
    'corrupt payload: load corrupted rdb with no CRC - #3505': CORRUPT,
    'corrupt payload: listpack invalid size header': CORRUPT,
    'corrupt payload: listpack too long entry len': UNCHECKED,
    'corrupt payload: listpack very long entry len': UNCHECKED,
    'corrupt payload: listpack too long entry prev len': CORRUPT,
    'corrupt payload: stream with duplicate consumers': CORRUPT,
    'corrupt payload: hash listpack with duplicate records - convert': UNCHECKED,
    'corrupt payload: hash empty zipmap': CORRUPT,
    'corrupt payload: fuzzer findings - NPD in streamIteratorGetID': UNCHECKED,
    'corrupt payload: fuzzer findings - listpack NPD on invalid stream': UNCHECKED,
    'corrupt payload: fuzzer findings - zset ziplist entry lensize is 0': CORRUPT,
    'corrupt payload: fuzzer findings - stream bad lp_count - unsanitized': UNCHECKED,
    'corrupt payload: fuzzer findings - infinite loop': UNCHECKED,
    'corrupt payload: fuzzer findings - zset ziplist invalid tail offset': CORRUPT,
    'corrupt payload: fuzzer findings - negative reply length': UNCHECKED,
    'corrupt payload: fuzzer findings - stream with no records': UNCHECKED,
    'corrupt payload: fuzzer findings - stream listpack valgrind issue': UNCHECKED,
    'corrupt payload: fuzzer findings - stream listpack lpPrev valgrind issue': UNCHECKED,
    'corrupt payload: fuzzer findings - gcc asan reports false leak on assert': UNCHECKED,
    'corrupt payload: fuzzer findings - lpFind invalid access': UNCHECKED,
  },
  'integration/rdb': {
    'client freed during loading': LOADING,
    'Test child sending info': FORK,
    'failed bgsave prevents writes': FORK,
  },
  'integration/redis-benchmark': {
    'benchmark: clients idle mode should return error when reached maxclients limit': FLAKY,
  },
  'integration/replication-3': {
    'Slave is able to evict keys created in writable slaves': WRITABLE,
    "Writable replica doesn't return expired keys": WRITABLE,
    'PFCOUNT updates cache on readonly replica': LEFT_OVER,
    "PFCOUNT doesn't use expired key on readonly replica": LEFT_OVER,
  },
  'integration/replication-4': {
    'Data divergence can happen under default conditions': DIVERGED,
    'Data divergence is allowed on writable replicas': WRITABLE,
  },
  'integration/replication-psync': {
    'Test replication partial resync: no backlog (diskless: no, disabled, reconnect: 1)': AWAKE,
    'Test replication partial resync: backlog expired (diskless: no, disabled, reconnect: 1)': AWAKE,
    'Test replication partial resync: no backlog (diskless: no, swapdb, reconnect: 1)': AWAKE,
    'Test replication partial resync: backlog expired (diskless: no, swapdb, reconnect: 1)': AWAKE,
    'Test replication partial resync: no backlog (diskless: yes, disabled, reconnect: 1)': AWAKE,
    'Test replication partial resync: backlog expired (diskless: yes, disabled, reconnect: 1)': AWAKE,
    'Test replication partial resync: no backlog (diskless: yes, swapdb, reconnect: 1)': AWAKE,
    'Test replication partial resync: backlog expired (diskless: yes, swapdb, reconnect: 1)': AWAKE,
  },
  'integration/shutdown': {
    'Shutting down master waits for replica then fails': FORK,
  },
  'unit/aofrw': {
    'Turning off AOF kills the background writing child if any': FORK,
  },
  'unit/dump': {
    'MIGRATE is caching connections': UNCACHED,
  },
  'unit/expire': {
    'expired key which is created in writeable replicas should be deleted by active expiry': WRITABLE,
  },
  'unit/functions': {
    'FUNCTION - test function kill': THREAD,
    'FUNCTION - test script kill not working on function': THREAD,
    'FUNCTION - test function kill not working on eval': THREAD,
  },
  'unit/introspection': {
    'CONFIG sanity': FIXED,
    'cannot modify protected configuration - local': STORAGE,
    'config during loading': LOADING,
  },
  'unit/latency-monitor': {
    'LATENCY of expire events are correctly collected': EXPIRE,
  },
  'unit/lazyfree': {
    'UNLINK can reclaim memory in background': DATA_ALONE,
    'FLUSHDB ASYNC can reclaim memory in background': DATA_ALONE,
    'lazy free a stream with all types of metadata': LAZYFREE,
  },
  'unit/maxmemory': {
    'eviction due to output buffers of many MGET clients, client eviction: false': CLIENT_MEMORY,
    'eviction due to input buffer of a dead client, client eviction: false': CLIENT_MEMORY,
    'eviction due to output buffers of pubsub, client eviction: false': CLIENT_MEMORY,
    'eviction due to output buffers of many MGET clients, client eviction: true': CLIENT_MEMORY,
    'eviction due to input buffer of a dead client, client eviction: true': CLIENT_MEMORY,
    'eviction due to output buffers of pubsub, client eviction: true': CLIENT_MEMORY,
    'slave buffer are counted correctly': CLIENT_MEMORY,
    "replica buffer don't induce eviction": CLIENT_MEMORY,
  },
  'unit/multi': {
    'MULTI propagation of XREADGROUP': WORDING,
    'MULTI and script timeout': THREAD,
    'EXEC and script timeout': THREAD,
    'MULTI-EXEC body and script timeout': THREAD,
    'just EXEC and script timeout': THREAD,
    'MULTI with config set appendonly': WORDING,
  },
  'unit/networking': {
    'CONFIG SET bind-source-addr': SOURCE,
    'Default bind address configuration handling': LISTEN,
    'Protected mode works as expected': LISTEN,
  },
  'unit/obuf-limits': {
    'No response for multi commands in pipeline if client output buffer limit is enforced': PIPELINE,
    'Obuf limit, HRANDFIELD with huge count stopped mid-run': RANDOM,
  },
  'unit/other': {
    "Don't rehash if redis has child process": FORK,
    'Process title set as expected': PROCESS,
  },
  'unit/pause': {
    'Test when replica paused, offset would not grow': PAUSED,
    'Test both active and passive expires are skipped during client pause': PASSIVE,
  },
  'unit/scripting': {
    'Binary code loading failed': LUA,
    'Timedout read-only scripts can be killed by SCRIPT KILL': THREAD,
    'Timedout read-only scripts can be killed by SCRIPT KILL even when use pcall': THREAD,
    'Timedout script does not cause a false dead client': THREAD,
    'Timedout script link is still usable after Lua returns': THREAD,
    'Timedout scripts and unblocked command': THREAD,
    "Timedout scripts that modified data can't be killed by SCRIPT KILL": THREAD,
    'SHUTDOWN NOSAVE can kill a timedout script anyway': THREAD,
    'Script block the time during execution': ASLEEP,
    'Test selective replication of certain Redis commands from Lua': SELECTIVE,
    'no-writes shebang flag on replica': QUEUED_SCRIPT,
    'not enough good replicas state change during long script': THREAD,
    'reject script do not cause a Lua stack leak': CASCADE,
    '(outside of tests) is no script debugger': DEBUGGER,
    'Test scripting debug protocol parsing': DEBUGGER,
    'Test scripting debug lua stack overflow': DEBUGGER,
  },
  'unit/shutdown': {
    'Temp rdb will be deleted if we use bg_unlink when shutdown': FORK,
    'SHUTDOWN ABORT can cancel SIGTERM': SIGNAL,
    'Temp rdb will be deleted in signal handle': ENDED,
  },
  'unit/type/list': {
    'MULTI + LPUSH + EXPIRE + DEBUG SLEEP on blocked client, key already expired': DOZING,
  },
  'unit/type/set': {
    'SRANDMEMBER with a dict containing long chain': HASHTABLE,
    'SMOVE basics - from regular set to intset': CASCADE,
    'SMOVE basics - from intset to regular set': CASCADE,
    'SMOVE non existing key': CASCADE,
    'SMOVE non existing src set': CASCADE,
    'SMOVE from regular set to non existing destination set': CASCADE,
    'SMOVE from intset to non existing destination set': CASCADE,
  },
}
