// The connection itself. How to read this: ../docs.ts
export const connection = `
PING 1.0.0 O(1)
Answers PONG, or what was said
[message]

ECHO 1.0.0 O(1)
Answers what was said
message

SELECT 1.0.0 O(1)
Goes to another database
index:integer

AUTH 1.0.0 O(N), N: passwords of the user
Logs in with a password, as the default user unless another is named
[username]@6.0.0 password

HELLO 6.0.0 O(1)
Chooses the protocol, and may log in and name the connection
[arguments=protover:integer [AUTH (username password)] [SETNAME clientname]]
+ 6.2.0 without arguments

QUIT 1.0.0 O(1)
Ends the connection

RESET 6.2.0 O(1)
Brings the connection back to how it began

CLIENT 2.4.0 that of the subcommand
This connection and the others

CLIENT|ID 5.0.0 O(1)
The number of this connection

CLIENT|GETNAME 2.6.9 O(1)
The name given to this connection

CLIENT|SETNAME 2.6.9 O(1)
Gives this connection a name
connection-name

CLIENT|SETINFO 7.2.0 O(1)
Tells which library the client uses
attr=(LIB-NAME libname|LIB-VER libver)

CLIENT|INFO 6.2.0 O(1)
Describes this connection

CLIENT|LIST 2.4.0 O(N), N: connections
Describes all connections, or some
[TYPE (NORMAL|MASTER|REPLICA|PUBSUB)]@5.0.0 [ID id=(client-id:integer...)]@6.2.0
+ 2.8.12 id
+ 6.0.0 user
+ 6.2.0 laddr and others
+ 7.0.0 resp and others
+ 7.0.3 ssub
+ 7.2.0 lib-name and lib-ver

CLIENT|KILL 2.4.0 O(N), N: connections
Ends the connections that fit
filter=(ip:port!2.8.12|new-format=([ID client-id:integer]@2.8.12|[TYPE normal_master_slave_pubsub=(NORMAL|MASTER@3.2.0|SLAVE|REPLICA@5.0.0|PUBSUB)]@2.8.12|[USER username]|[ADDR ip:port]|[LADDR ip:port]@6.2.0|[SKIPME yes/no]|[MAXAGE maxage:integer]@7.4.0)...)

CLIENT|UNBLOCK 5.0.0 O(log N), N: connections
Ends another connection's waiting
client-id:integer [TIMEOUT|ERROR]

CLIENT|REPLY 3.2.0 O(1)
Holds replies back, or gives them again
(ON|OFF|SKIP)

CLIENT|NO-EVICT 7.0.0 O(1)
Keeps this connection when memory runs out
enabled=(ON|OFF)

CLIENT|NO-TOUCH 7.2.0 O(1)
Lets this connection use keys without marking them as used
enabled=(ON|OFF)

CLIENT|HELP 5.0.0 O(1)
Lists what CLIENT can do
`
