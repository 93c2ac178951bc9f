/** What a redacted form still shows of a key. */
export interface VisibleEnds {
  readonly head: string
  readonly tail: string
}

const MIN_TAIL = 3
/** Longer than any redacted form. What a provider sends is not trusted to be short. */
const MAX_REDACTED = 400

/**
 * Reads a provider's redacted form: `sk-abc...wxyz`, `sk-ant-api03-R2D…igAA`, `sk-or-v1-0e6****1c96`. Null if it has
 * no hidden middle, or shows too little at its end to tell keys apart.
 */
export function visibleEnds(redacted: string): VisibleEnds | null {
  if (redacted.length > MAX_REDACTED) return null
  const match = /^([\x21-\x7e]*?)(?:\*+|\.{2,}|\u2026+|\u2022+)([A-Za-z0-9_-]+)$/.exec(redacted.trim())
  const head = match?.[1]
  const tail = match?.[2]
  if (head === undefined || tail === undefined || tail.length < MIN_TAIL) return null
  return { head, tail }
}

export function hasEnds(secret: string, { head, tail }: VisibleEnds): boolean {
  return secret.length > head.length + tail.length && secret.startsWith(head) && secret.endsWith(tail)
}

export interface MatchCandidate {
  readonly id: number
  readonly secret: string
  /** Linked to the admin key that listed the remote keys, which makes it the likelier owner of a match. */
  readonly linked: boolean
}

/**
 * Remote id → id of the stored key, where exactly one stored key fits and no second remote key claims it. Among
 * several that fit, a single linked one wins.
 */
export function matchRemoteKeys(
  items: readonly { remoteId: string; ends: VisibleEnds }[],
  candidates: readonly MatchCandidate[],
): Map<string, number> {
  const claims = new Map<number, string[]>()
  for (const { remoteId, ends } of items) {
    const fitting = candidates.filter(({ secret }) => hasEnds(secret, ends))
    const linked = fitting.filter((candidate) => candidate.linked)
    const [only, second] = linked.length === 1 ? linked : fitting
    if (only === undefined || second !== undefined) continue
    claims.set(only.id, [...(claims.get(only.id) ?? []), remoteId])
  }
  const matches = new Map<string, number>()
  for (const [id, [remoteId, another]] of claims) {
    if (remoteId !== undefined && another === undefined) matches.set(remoteId, id)
  }
  return matches
}
