// The entry `isodis/json`: the data type JSON, as Redis 8 has it, for the engine (`json`), and its commands for the client on any
// backend (`jsonOf`). Who imports only the second ships nothing of the first.
export { type Each, Json, jsonOf, type JsonPath, type JsonSetOptions, type JsonType } from './client.ts'
export { json } from './module.ts'
