// Cross-origin access: off unless asked for, as a token in a page is everybody's token.

/** `true` for any origin, or a list of origins such as `https://app.example`. */
export type Cors = boolean | readonly string[]

const EXPOSED = 'upstash-sync-token'
const ONE_DAY_S = 86_400

/** The headers that let a page of this origin read the response; none for any other. */
export function corsHeaders(cors: Cors, origin: string | null): Record<string, string> {
  if (cors === false || origin === null) return {}
  if (cors === true) return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED }
  if (!cors.includes(origin)) return { vary: 'origin' }
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED, vary: 'origin' }
}

/** The answer to a browser that asks before it sends the request itself. */
export function preflight(cors: Cors, headers: Headers): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(cors, headers.get('origin')),
      'access-control-allow-methods': 'HEAD, GET, POST, PUT',
      'access-control-allow-headers': headers.get('access-control-request-headers') ?? '',
      'access-control-max-age': String(ONE_DAY_S),
    },
  })
}
