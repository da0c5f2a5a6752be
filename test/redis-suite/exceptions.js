// Tests of Redis's suite that are expected to fail, each with the reason. A test that is listed and passes fails the run.

/** What no unit runs. */
export const TAGS = ['-cluster']

const REPLICATION = 'replication: isodis is one server alone'
const CLUSTER = 'Redis Cluster: isodis is one server alone'

/** Units that are not run at all. */
export const notRun = {
  'integration/block-repl': REPLICATION,
  'integration/replication': REPLICATION,
  'integration/replication-2': REPLICATION,
  'integration/replication-3': REPLICATION,
  'integration/replication-4': REPLICATION,
  'integration/replication-psync': REPLICATION,
  'integration/replication-buffer': REPLICATION,
  'integration/psync2': REPLICATION,
  'integration/psync2-reg': REPLICATION,
  'integration/psync2-pingoff': REPLICATION,
  'integration/psync2-master-restart': REPLICATION,
  'integration/failover': REPLICATION,
  'integration/shutdown': REPLICATION,
  'unit/wait': REPLICATION,
  'unit/cluster': CLUSTER,
  'unit/cluster-scripting': CLUSTER,
  'unit/cluster/misc': CLUSTER,
  'unit/cluster/links': CLUSTER,
  'unit/tls': 'TLS: isodis serve has none, a proxy does it',
  'unit/oom-score-adj': "the kernel's OOM killer: a matter of the process, not of isodis",
  'integration/logging': 'crash reports of a C program',
  'integration/dismiss-mem': 'memory that a forked child shares with its parent: isodis does not fork',
  'unit/client-eviction': 'maxmemory-clients: clients are not evicted here, client-output-buffer-limit cuts them off',
  'unit/querybuf': 'how Redis allots buffers for what it reads',
  'unit/pendingquerybuf': 'how Redis allots buffers for what its replicas read',
  'unit/replybufsize': 'how Redis allots buffers for what it writes',
}

/** The units of .ci/run. */
export const quick = []

export const exceptions = {}
