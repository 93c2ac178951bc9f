import { type Change, MAX_CHANGES, MAX_VALUE, wholeCharacters } from './json-diff.ts'

interface Header {
  /** As it is written. */
  readonly name: string
  readonly value: string
}

export interface HeaderDiff {
  readonly changes: Change[]
  /** Names in their order where both have the same headers in different order, else null. */
  readonly order: { readonly left: string; readonly right: string } | null
  /** Names that are written differently, else null. */
  readonly spelling: { readonly left: string; readonly right: string } | null
  readonly cut: boolean
}

/** Compares header lists [name, value, name, value …]: names without case, repeated ones by position. */
export function diffHeaders(left: readonly string[], right: readonly string[]): HeaderDiff {
  const ours = byKey(left)
  const theirs = byKey(right)
  const changes: Change[] = []
  const spelledLeft: string[] = []
  const spelledRight: string[] = []
  for (const [key, header] of ours) {
    const other = theirs.get(key)
    if (other === undefined)
      changes.push({ path: pathOf(key, header), kind: 'removed', left: header.value, right: null })
    else {
      if (other.value !== header.value) {
        changes.push({ path: pathOf(key, header), kind: 'changed', left: header.value, right: other.value })
      }
      if (other.name !== header.name) {
        spelledLeft.push(header.name)
        spelledRight.push(other.name)
      }
    }
  }
  for (const [key, header] of theirs) {
    if (!ours.has(key)) changes.push({ path: pathOf(key, header), kind: 'added', left: null, right: header.value })
  }
  const shown = changes.slice(0, MAX_CHANGES).map(shorten)
  return {
    changes: shown.map((entry) => entry.change),
    order: orderOf(ours, theirs),
    spelling: spelledLeft.length === 0 ? null : { left: listOf(spelledLeft), right: listOf(spelledRight) },
    cut: changes.length > MAX_CHANGES || shown.some((entry) => entry.cut),
  }
}

/** By lower-case name and which of that name it is. A name has no space, so the two cannot run into each other. */
function byKey(rawHeaders: readonly string[]): Map<string, Header> {
  const found = new Map<string, Header>()
  const seen = new Map<string, number>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const key = name.toLowerCase()
    const nth = (seen.get(key) ?? 0) + 1
    seen.set(key, nth)
    found.set(`${key} ${nth}`, { name, value: rawHeaders[at + 1] ?? '' })
  }
  return found
}

function pathOf(key: string, header: Header): string {
  const nth = key.slice(key.lastIndexOf(' ') + 1)
  return nth === '1' ? header.name : `${header.name} (${nth})`
}

function orderOf(ours: Map<string, Header>, theirs: Map<string, Header>): HeaderDiff['order'] {
  const common = [...ours.keys()].filter((key) => theirs.has(key))
  const other = [...theirs.keys()].filter((key) => ours.has(key))
  if (common.every((key, at) => key === other[at])) return null
  const names = (keys: readonly string[], from: Map<string, Header>) =>
    listOf(keys.map((key) => from.get(key)?.name ?? ''))
  return { left: names(common, ours), right: names(other, theirs) }
}

function listOf(names: readonly string[]): string {
  const text = names.join(', ')
  return text.length > MAX_VALUE ? `${wholeCharacters(text, MAX_VALUE)}…` : text
}

function shorten(change: Change): { change: Change; cut: boolean } {
  const short = (value: string | null) =>
    value !== null && value.length > MAX_VALUE ? `${wholeCharacters(value, MAX_VALUE)}…` : value
  const shortened = { ...change, left: short(change.left), right: short(change.right) }
  return { change: shortened, cut: shortened.left !== change.left || shortened.right !== change.right }
}
