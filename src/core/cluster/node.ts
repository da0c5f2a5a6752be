// The one node of the cluster as it describes itself. Its ID is the engine's `runId`.
import type { ByteString } from '../bytes.ts'
import type { Session } from '../engine/session.ts'
import { MapReply, type Reply } from '../reply.ts'
import { SLOTS } from '../slots.ts'

/** How far the port by which nodes talk is from the one for clients. */
const BUS = 10_000

interface Node {
  readonly id: ByteString
  readonly ip: ByteString
  readonly port: number
  readonly hostname: ByteString
  /** Where clients are told to connect to; null for where they are connected to. */
  readonly endpoint: ByteString | null
}

/** As `cluster-announce-ip` and its like have it; otherwise the address at which the client has reached it. */
export function nodeOf({ engine, options }: Session): Node {
  const { config, runId } = engine
  const local = options.peer?.local ?? ''
  const at = local.lastIndexOf(':')
  const hostname = config.get('cluster-announce-hostname')!
  const ip = config.get('cluster-announce-ip') || local.slice(0, Math.max(at, 0))
  const endpoints: Readonly<Record<string, ByteString | null>> = { ip, hostname: hostname || '?', 'unknown-endpoint': null }
  return {
    id: runId,
    ip,
    port: config.number('cluster-announce-port') || Number(local.slice(at + 1)),
    hostname,
    endpoint: endpoints[config.get('cluster-preferred-endpoint-type')!],
  }
}

/** As CLUSTER SLOTS has it: what is not the endpoint follows. */
export function slotsNode({ id, ip, port, hostname, endpoint }: Node): Reply {
  const others = [...(endpoint === ip ? [] : ['ip', ip]), ...(hostname === '' || endpoint === hostname ? [] : ['hostname', hostname])]
  return [endpoint, port, id, new MapReply(others)]
}

export function shardsNode({ id, ip, port, hostname, endpoint }: Node): Reply {
  return new MapReply([
    ...['id', id, 'port', port, 'ip', ip, 'endpoint', endpoint ?? '', ...(hostname === '' ? [] : ['hostname', hostname])],
    ...['role', 'master', 'replication-offset', 0, 'health', 'online'],
  ])
}

export function nodesLine({ id, ip, port, hostname }: Node): ByteString {
  return `${id} ${ip}:${port}@${port + BUS}${hostname && `,${hostname}`} myself,master - 0 0 0 connected 0-${SLOTS - 1}\n`
}

/** CLUSTER INFO. */
export const STATE = Object.entries({
  cluster_state: 'ok',
  cluster_slots_assigned: SLOTS,
  cluster_slots_ok: SLOTS,
  cluster_slots_pfail: 0,
  cluster_slots_fail: 0,
  cluster_known_nodes: 1,
  cluster_size: 1,
  cluster_current_epoch: 0,
  cluster_my_epoch: 0,
  cluster_stats_messages_sent: 0,
  cluster_stats_messages_received: 0,
  total_cluster_links_buffer_limit_exceeded: 0,
})
  .map(([name, value]) => `${name}:${value}\r\n`)
  .join('')
