// What random tests make of a program's text: one whose tokens stand on other lines, so that errors show whether each is reported
// at the line where Lua has it, and one with wrong tokens, for the errors of the parser.

const TOKEN = /--[^\n]*|\[\[[^]*?\]\]|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'|[A-Za-z_]\w*|\d[\w.]*|\.\.\.|\.\.|[=~<>]=|\s+|[^]/g
const tokens = (source: string): string[] => source.match(TOKEN) ?? []

const WRONG = [
  ...'and break do else elseif end false for function if in local nil not or repeat return then true until while'.split(' '),
  ...'+ - * / % ^ # == ~= <= >= < > = ( ) { } [ ] ; : , . .. ... a x 1 0x 3e 0x1g 1..2 .5 5. 1e+ 1.2.3 $ @ ! ~ \\ \xff'.split(' '),
  ...['"s"', '"open', '"\\300"', '"\\10"', '[[long]]', '[[\nlong]]', '[==[x]==]', '[=[', '[=', '--c\n', '--[[x]]', '--[[', "'\\\n'"],
]

/** The same program with other line breaks. */
export function broken(random: () => number, source: string): string {
  const rate = random() * 0.4
  const end = (): string => (random() < 0.2 ? '\n\n' : '\n')
  return tokens(source)
    .map((token) => {
      if (/^\s+$/.test(token)) return random() < rate ? end() : token
      return !token.startsWith('--') && random() < rate * 0.4 ? `\n${token}` : token
    })
    .join('')
}

/** A part of the program with up to three changes. */
export function damaged(random: () => number, source: string): string {
  const below = (limit: number): number => Math.floor(random() * limit)
  const all = tokens(source)
  const from = below(Math.max(1, all.length - 100))
  const part = all.slice(from, from + 100)
  for (let changes = 1 + below(3); changes > 0; changes--) {
    const at = below(part.length)
    const how = random()
    if (how < 0.3) part.splice(at, 1)
    else if (how < 0.8) part.splice(at, below(2), ' ', WRONG[below(WRONG.length)], ' ')
    else if (how < 0.9) part.splice(at, 0, part[below(part.length)] ?? '')
    else part.splice(at)
  }
  return part.join('')
}
