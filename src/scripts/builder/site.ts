// Where the author's code is, read from a stack: the one way that works in every engine of JavaScript.

/**
 * The file and line of the second frame of a stack: `/app/src/queue.ts:17`. Empty if there is none.
 * V8 begins with a headline, Firefox and Safari do not; what says no place is left out.
 */
export function siteOf(stack: string | undefined): string {
  const frames = (stack ?? '').split('\n').filter((line) => /:\d+:\d+\)?$/.test(line))
  return (
    /([^\s(@]+:\d+):\d+\)?$/
      .exec(frames[1] ?? '')?.[1]
      .replace(/^(?:file:\/\/|https?:\/\/[^/]*)/, '')
      .replace(/\?.*(?=:)/, '') ?? ''
  )
}
