// The one node of the cluster as it describes itself. Its ID is the engine's `runId`.
import type { ByteString } from '../bytes.ts'
import type { Config } from '../engine/config.ts'
import type { Session } from '../engine/session.ts'
import { MapReply, type Reply } from '../reply.ts'
import { SLOTS } from '../slots.ts'

/** How far the port by which nodes talk is from the one for clients. */
const BUS = 10_000

interface Node {
  readonly id: ByteString
  readonly ip: ByteString
  /** That for clients like the one that asks. */
  readonly port: number
  /** Without TLS, and with; 0 for none. */
  readonly ports: { readonly plain: number; readonly tls: number }
  readonly hostname: ByteString
  /** Where clients are told to connect to; null for where they are connected to. */
  readonly endpoint: ByteString | null
}

/** As `cluster-announce-ip` and its like have it; otherwise the address at which the client has reached it. */
export function nodeOf({ engine, options }: Session): Node {
  const { config, runId } = engine
  const local = options.peer?.local ?? ''
  const at = local.lastIndexOf(':')
  const reached = Number(local.slice(at + 1))
  const ports = portsOf(config, reached)
  const isTls = reached !== 0 && reached === config.number('tls-port')
  const hostname = config.get('cluster-announce-hostname')!
  const ip = config.get('cluster-announce-ip') || local.slice(0, Math.max(at, 0))
  const endpoints: Readonly<Record<string, ByteString | null>> = { ip, hostname: hostname || '?', 'unknown-endpoint': null }
  return {
    id: runId,
    ip,
    port: (!isTls && ports.plain) || ports.tls || ports.plain,
    ports,
    hostname,
    endpoint: endpoints[config.get('cluster-preferred-endpoint-type')!],
  }
}

/** A cluster without `tls-cluster` does not tell of its port for TLS. */
function portsOf(config: Config, reached: number): Node['ports'] {
  const number = (name: string): number => config.number(name) ?? 0
  const tls = number('tls-port')
  const announced = number('cluster-announce-port')
  if (!config.isOn('tls-cluster')) return { plain: announced || (reached === tls ? number('port') || tls : reached), tls: 0 }
  const announcedTls = number('cluster-announce-tls-port')
  return announcedTls === 0 ? { plain: number('port'), tls } : { plain: announced, tls: announcedTls }
}

/** As CLUSTER SLOTS has it: what is not the endpoint follows. */
export function slotsNode({ id, ip, port, hostname, endpoint }: Node): Reply {
  const others = [...(endpoint === ip ? [] : ['ip', ip]), ...(hostname === '' || endpoint === hostname ? [] : ['hostname', hostname])]
  return [endpoint, port, id, new MapReply(others)]
}

export function shardsNode({ id, ip, ports, hostname, endpoint }: Node): Reply {
  const named = [...(ports.plain === 0 ? [] : ['port', ports.plain]), ...(ports.tls === 0 ? [] : ['tls-port', ports.tls])]
  return new MapReply([
    ...['id', id, ...named, 'ip', ip, 'endpoint', endpoint ?? '', ...(hostname === '' ? [] : ['hostname', hostname])],
    ...['role', 'master', 'replication-offset', 0, 'health', 'online'],
  ])
}

export function nodesLine({ id, ip, port, ports, hostname }: Node): ByteString {
  return `${id} ${ip}:${port}@${(ports.tls || ports.plain) + BUS}${hostname && `,${hostname}`} myself,master - 0 0 0 connected 0-${SLOTS - 1}\n`
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
