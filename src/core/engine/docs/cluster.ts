// Redis Cluster, which the engine is not: its commands say so. How to read this: ../docs.ts
export const cluster = `
CLUSTER 3.0.0 that of the subcommand
The cluster this server is part of

CLUSTER|INFO 3.0.0 O(1)
Describes the state of the cluster

CLUSTER|SLOTS 3.0.0 O(N), N: nodes
Tells which nodes have which slots
- 7.0.0 CLUSTER SHARDS
+ 4.0.0 node IDs
+ 7.0.0 more about networks

CLUSTER|SHARDS 7.0.0 O(N), N: nodes
Tells which shards have which slots

CLUSTER|NODES 3.0.0 O(N), N: nodes
Describes all nodes, a line each

CLUSTER|MYID 3.0.0 O(1)
The ID of this node

READONLY 3.0.0 O(1)
Lets this connection read from a replica

READWRITE 3.0.0 O(1)
Takes back READONLY
`
