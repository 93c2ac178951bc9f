/**
 * Numbers from 0 up to and not including 1 that follow from the seed and the words alone: the same seed and words bring
 * the same number, however many others were thrown in between. FNV-1a, then the finish of MurmurHash3, which spreads
 * words that differ in one digit.
 */
export function throwDice(seed: number, ...words: readonly (string | number)[]): number {
  let hash = 2_166_136_261 ^ seed
  for (const word of words) {
    const text = `${word}|`
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 2_246_822_507)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 3_266_489_909)
  hash ^= hash >>> 16
  return (hash >>> 0) / 4_294_967_296
}
