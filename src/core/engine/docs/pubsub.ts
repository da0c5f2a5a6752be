// Messages: publish and subscribe. How to read this: ../docs.ts
export const pubsub = `
PUBLISH 2.0.0 O(N+M), N: subscribers of the channel, M: patterns subscribed to by anyone
Sends a message to all who listen
channel message

SUBSCRIBE 2.0.0 O(N), N: channels
Listens to channels
channel...

UNSUBSCRIBE 2.0.0 O(N), N: subscribers of the channel
Stops listening to channels, to all if none is named
[channel...]

PSUBSCRIBE 2.0.0 O(N), N: the client's patterns
Listens to all channels that match a pattern
(pattern:pattern)...

PUNSUBSCRIBE 2.0.0 O(N+M), N: the client's patterns, M: patterns subscribed to by anyone
Stops listening by pattern, by all if none is named
[pattern:pattern...]

SPUBLISH 7.0.0 O(N), N: subscribers of the channel
Sends a message within one shard
shardchannel message

SSUBSCRIBE 7.0.0 O(N), N: channels
Listens to channels of one shard
shardchannel...

SUNSUBSCRIBE 7.0.0 O(N), N: subscribers of the channel
Stops listening to channels of a shard, to all if none is named
[shardchannel...]

PUBSUB 2.8.0 that of the subcommand
Who listens to what

PUBSUB|CHANNELS 2.8.0 O(N), N: channels
Lists channels with listeners
[pattern:pattern]

PUBSUB|NUMSUB 2.8.0 O(N), N: channels asked for
Counts who listens to channels
[channel...]

PUBSUB|NUMPAT 2.8.0 O(1)
Counts the patterns that are listened to

PUBSUB|SHARDCHANNELS 7.0.0 O(N), N: channels
Lists channels of the shard with listeners
[pattern:pattern]

PUBSUB|SHARDNUMSUB 7.0.0 O(N), N: channels asked for
Counts who listens to channels of the shard
[shardchannel...]

PUBSUB|HELP 6.2.0 O(1)
Lists what PUBSUB can do
`
