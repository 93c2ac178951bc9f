import type { Diff } from '../../../shared/contract/captures.ts'
import type { JsonNode } from './json-tree.ts'

export type Change = Diff['headers'][number]

/** Changes that are reported, and characters of one value or path. */
export const MAX_CHANGES = 500
export const MAX_VALUE = 2_000
const MAX_PATH = 300

export interface Tree {
  readonly text: string
  readonly root: JsonNode
}

interface Step {
  readonly parent: Step | null
  readonly label: string
}

interface Pair {
  readonly left: JsonNode | null
  readonly right: JsonNode | null
  readonly step: Step | null
}

/**
 * Differences by path, in the order of the left text with what only the right has behind it. List items are compared by
 * position, fields by name, repeated fields by position among their equals. Values are compared and shown as they are
 * written: 1.0 and 1 are different, because they are for a signature. `cut`: something was left out or shortened.
 */
export function diffJson(left: Tree, right: Tree): { changes: Change[]; cut: boolean } {
  const changes: Change[] = []
  let cut = false
  const pending: Pair[] = [{ left: left.root, right: right.root, step: null }]
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const kind = howDifferent(pair, left.text, right.text)
    if (kind === 'inside') {
      if (pair.left === null || pair.right === null) continue
      // One by one: a list of 200,000 is too long for the arguments of one call.
      for (const child of childPairs(pair.left, pair.right, pair.step).reverse()) pending.push(child)
    } else if (kind !== 'same') {
      if (changes.length === MAX_CHANGES) return { changes, cut: true }
      const [before, after] = [shownValue(left.text, pair.left), shownValue(right.text, pair.right)]
      cut ||= before.cut || after.cut
      changes.push({ path: pathOf(pair.step), kind, left: before.text, right: after.text })
    }
  }
  return { changes, cut }
}

function howDifferent(pair: Pair, leftText: string, rightText: string): Change['kind'] | 'same' | 'inside' {
  const { left, right } = pair
  if (left === null) return 'added'
  if (right === null) return 'removed'
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    const equal = leftText.slice(left.start, left.end) === rightText.slice(right.start, right.end)
    return equal ? 'same' : 'changed'
  }
  return left.kind === right.kind ? 'inside' : 'changed'
}

function childPairs(left: JsonNode, right: JsonNode, step: Step | null): Pair[] {
  if (left.kind === 'array') {
    const longer = Math.max(left.children.length, right.children.length)
    return Array.from({ length: longer }, (_, at) => ({
      left: left.children[at] ?? null,
      right: right.children[at] ?? null,
      step: { parent: step, label: `[${at}]` },
    }))
  }
  const theirs = byName(right)
  const pairs: Pair[] = []
  for (const [name, node] of byName(left)) {
    pairs.push({ left: node, right: theirs.get(name) ?? null, step: { parent: step, label: name } })
    theirs.delete(name)
  }
  for (const [name, node] of theirs) pairs.push({ left: null, right: node, step: { parent: step, label: name } })
  return pairs
}

/** Children by their step of a path: `.name`, `["odd name"]`, and `.name#2` for the second of that name. */
function byName(node: JsonNode): Map<string, JsonNode> {
  const found = new Map<string, JsonNode>()
  node.children.forEach((child, at) => {
    const key = node.keys[at]
    if (key === undefined) return
    const name = /^[A-Za-z_][\w-]{0,99}$/.test(key.name) ? `.${key.name}` : `[${JSON.stringify(key.name)}]`
    found.set(key.nth === 0 ? name : `${name}#${key.nth + 1}`, child)
  })
  return found
}

/** `$` is the whole body. A path of 10,000 levels shows its end. */
function pathOf(step: Step | null): string {
  const labels: string[] = []
  let length = 0
  for (let at = step; at !== null; at = at.parent) {
    const label = at.label.length > MAX_PATH ? `${wholeCharacters(at.label, MAX_PATH)}…` : at.label
    length += label.length
    if (length > MAX_PATH && labels.length > 0) return `…${labels.reverse().join('')}`
    labels.push(label)
  }
  return `$${labels.reverse().join('')}`
}

function shownValue(text: string, node: JsonNode | null): { text: string | null; cut: boolean } {
  if (node === null) return { text: null, cut: false }
  const cut = node.end - node.start > MAX_VALUE
  const shown = text.slice(node.start, Math.min(node.end, node.start + MAX_VALUE))
  return { text: cut ? `${wholeCharacters(shown, MAX_VALUE)}…` : shown, cut }
}

/** The first `length` units, without half a character at the end. */
export function wholeCharacters(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '')
}
