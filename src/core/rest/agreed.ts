// What the two ends of this project agree on beyond Upstash's protocol, so that every byte arrives as it was sent. Neither
// end needs the other: where a header does not come back, there is a server that does not know it.

/** Asks for, and confirms, an event stream whose fields are in base64. */
export const EVENTS_HEADER = 'isodis-events'

/**
 * Stands before JSON whose strings are bytes, a char each. Another server takes such a body for no JSON at all, and so
 * runs nothing of it.
 */
export const BYTES_PREFIX = 'bytes:'
/**
 * Confirms that a body was read in that way. A requester with `takesBytes` is asked by it: then the words of the body are
 * byte strings, and the answer is the JSON text of a response in base64.
 */
export const BYTES_HEADER = 'isodis-bytes'
