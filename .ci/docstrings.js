// Whoever hovers over a public name reads what it is: every name that a public path exports has a docstring, and so has every
// public member of the classes and interfaces among them, inherited ones too. Of overloads, one has it.
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = Object.values(exports).flatMap(({ types }) =>
  types === undefined ? [] : [types.replace('./dist/types', 'src').replace('.d.ts', '.ts')],
)

/** A file: its text, what it declares by name, what it imports and exports. */
const modules = new Map()
function read(path) {
  const known = modules.get(path)
  if (known !== undefined) return known
  const code = readFileSync(path, 'utf8')
  const module = { path, code, declared: new Map(), imported: new Map(), exported: new Map(), all: [] }
  modules.set(path, module)
  const from = (source) => (source.value.startsWith('.') ? join(dirname(path), source.value) : undefined)
  for (const statement of parseAst(code, { lang: 'ts' }).body) {
    const { type, source } = statement
    if (type === 'ImportDeclaration') {
      for (const { local, imported } of statement.specifiers) module.imported.set(local.name, { path: from(source), name: imported?.name })
    } else if (type === 'ExportAllDeclaration') module.all.push(from(source))
    else if (type === 'ExportNamedDeclaration' && statement.declaration === null) {
      for (const { local, exported } of statement.specifiers) {
        module.exported.set(exported.name, { path: source === null ? path : from(source), name: local.name })
      }
    } else {
      const declaration = statement.declaration ?? statement
      for (const { id } of declaration.declarations ?? [declaration]) {
        if (id?.name === undefined) continue
        module.declared.set(id.name, [...(module.declared.get(id.name) ?? []), { node: declaration, start: statement.start }])
        if (type === 'ExportNamedDeclaration') module.exported.set(id.name, { path, name: id.name })
      }
    }
  }
  return module
}

/** Where a name is declared; undefined if that is in another package. */
function find(path, name) {
  if (path === undefined) return undefined
  const module = read(path)
  if (module.declared.has(name)) return { module, name, declarations: module.declared.get(name) }
  const other = module.imported.get(name) ?? module.exported.get(name)
  if (other !== undefined) return find(other.path, other.name)
  return module.all.map((each) => find(each, name)).find((each) => each !== undefined)
}

function exportsOf(path) {
  const { exported, all } = read(path)
  return [...exported.keys(), ...all.flatMap((each) => exportsOf(each))]
}

/** Shapes of what other libraries make, or ask for: their members are explained there. */
const FOREIGN =
  /^(Connection|IoredisSingle|IoredisCluster|NodeRedis(Client|Pool|Sentinel|Cluster)|Ears|Closable|Upstash(Client|Request|Response)|EngineRequester|DurableObjectStorage)$/

const missing = []
const looked = new Set()
const documented = ({ code }, start) => /\*\/\s*$/.test(code.slice(0, start))

/** Looks at a declared name and at its members. */
function look({ module, name, declarations }) {
  const id = `${relative(root, module.path)} ${name}`
  if (looked.has(id)) return
  looked.add(id)
  if (!declarations.some(({ start }) => documented(module, start))) missing.push(id)
  if (!FOREIGN.test(name)) for (const { node } of declarations) members(module, id, node)
}

function members(module, id, node) {
  const body = node.body?.body ?? node.typeAnnotation?.members
  if (!/Class|Interface|TypeAlias/.test(node.type) || !Array.isArray(body)) return
  const names = new Map()
  for (const { start, key, computed, accessibility, override, type } of body) {
    if (key?.name === undefined || computed || key.type === 'PrivateIdentifier' || override) continue
    if (accessibility === 'private' || accessibility === 'protected' || key.name === 'constructor' || type === 'StaticBlock') continue
    names.set(key.name, names.get(key.name) === true || documented(module, start))
  }
  for (const [name, has] of names) if (!has) missing.push(`${id}.${name}`)
  // What is inherited is public as well, whatever it is called.
  const parents = [node.superClass, ...(node.extends ?? []).map(({ expression }) => expression)]
  for (const parent of parents) {
    const found = parent?.type === 'Identifier' ? find(module.path, parent.name) : undefined
    if (found !== undefined) look(found)
  }
}

for (const entry of entries) {
  const path = join(root, entry)
  for (const name of exportsOf(path)) {
    const found = find(path, name)
    if (found !== undefined) look(found)
  }
}
if (missing.length > 0) {
  console.error(`Without a docstring:\n${missing.join('\n')}`)
  process.exitCode = 1
} else console.log(`${looked.size} public names have docstrings.`)
