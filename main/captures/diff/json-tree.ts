import { scanJson } from '../body-views/json-scan.ts'

/** A value of JSON by its place in the text. Children are in their order. */
export interface JsonNode {
  readonly kind: 'object' | 'array' | 'scalar'
  readonly start: number
  end: number
  /** Of objects: name of each child and which of those with that name it is (0 = first). Empty for arrays. */
  readonly keys: { readonly name: string; readonly nth: number }[]
  readonly children: JsonNode[]
}

/** Values a tree may have. */
const MAX_NODES = 200_000

/** The structure of a text, `not-json`, or `too-large` for one with more values than are compared. */
export function readJsonTree(text: string): JsonNode | 'not-json' | 'too-large' {
  const open: { node: JsonNode; names: Map<string, number> }[] = []
  let root: JsonNode | null = null
  let key: string | null = null
  let nodes = 0
  const add = (kind: JsonNode['kind'], start: number, end: number): JsonNode => {
    nodes += 1
    const node: JsonNode = { kind, start, end, keys: [], children: [] }
    const parent = open.at(-1)
    if (nodes > MAX_NODES) return node
    if (parent === undefined) root = node
    else {
      parent.node.children.push(node)
      if (key !== null) {
        const nth = parent.names.get(key) ?? 0
        parent.names.set(key, nth + 1)
        parent.node.keys.push({ name: key, nth })
      }
    }
    key = null
    return node
  }
  const fault = scanJson(text, (token, start, end) => {
    if (token === 'key') key = keyName(text.slice(start, end))
    else if (token === '{' || token === '[') {
      open.push({ node: add(token === '{' ? 'object' : 'array', start, end), names: new Map() })
    } else if (token === '}' || token === ']') {
      const closed = open.pop()
      if (closed !== undefined) closed.node.end = end
    } else if (token !== ':' && token !== ',') add('scalar', start, end)
  })
  if (fault !== null || root === null) return 'not-json'
  return nodes > MAX_NODES ? 'too-large' : root
}

/** "\u0061" and "a" are the same name. The scan has found the token to be sound. */
function keyName(token: string): string {
  return token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1)
}
