// What replication refuses, in Redis's words.
import { ReplyError } from '../reply.ts'

export const READ_ONLY_REPLICA = new ReplyError("READONLY You can't write against a read only replica.")
export const TOO_FEW_REPLICAS = new ReplyError('NOREPLICAS Not enough good replicas to write.')
export const UNBLOCKED = new ReplyError('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)')
export const NO_MASTER_LINK = new ReplyError("NOMASTERLINK Can't SYNC while not connected with my master")
export const WAIT_ON_REPLICA = new ReplyError(
  'ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.',
)
/** Why it did not end, the log says. */
export const SHUTDOWN_FAILED = new ReplyError('ERR Errors trying to SHUTDOWN. Check logs.')
export const FAILING_OVER = new ReplyError('ERR REPLICAOF not allowed while failing over.')
export const NO_SYNC_NOW = new ReplyError("NOMASTERLINK Can't SYNC while failing over")
export const NOT_A_REPLICA = new ReplyError("ERR PSYNC FAILOVER can't be sent to a master.")
export const OTHER_HISTORY = new ReplyError('ERR PSYNC FAILOVER replid must match my replid.')
export const NO_DIALING = new ReplyError('ERR This server is always a master: connections to others cannot be made here')
export const BAD_PORT = new ReplyError('ERR Invalid master port')
export const MASTER_DOWN = new ReplyError("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")
