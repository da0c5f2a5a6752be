// What clusters reply, a real one or an engine: the client's backends say it too, before anything is sent.
import { ReplyError } from '../reply.ts'

export const CROSS_SLOT = new ReplyError("CROSSSLOT Keys in request don't hash to the same slot")
