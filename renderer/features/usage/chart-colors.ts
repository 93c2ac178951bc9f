import { type ProviderId, providerInfo } from '../../../shared/providers.ts'

export type Scheme = 'light' | 'dark'

/** Order of the colours of groups that are not providers. Neighbours differ in hue and in lightness. */
const palette: readonly string[] = [
  'blue.7',
  'orange.8',
  'teal.7',
  'grape.6',
  'yellow.9',
  'cyan.8',
  'red.8',
  'lime.9',
  'indigo.4',
  'pink.5',
]

/** What a dark surface needs: the same hue, light enough to stand out from it. */
const onDark: Record<string, string> = {
  'gray.7': 'gray.3',
  'gray.5': 'gray.6',
  'dark.4': 'dark.1',
  'indigo.4': 'indigo.2',
  'indigo.6': 'indigo.4',
  'pink.5': 'pink.3',
}

/** A Mantine colour as it is drawn in a chart on the given scheme. */
export function chartColor(color: string, scheme: Scheme): string {
  if (scheme === 'light') return color
  const [hue = color] = color.split('.')
  return onDark[color] ?? `${hue}.5`
}

/** The fixed colour of a provider. */
export function providerColor(id: ProviderId, scheme: Scheme): string {
  return chartColor(providerInfo(id).color, scheme)
}

/**
 * Colours for groups by their ids. A group starts from a place that follows from its id alone and takes the next
 * free one, so it mostly keeps its colour when the range or the order changes, and no two share one while there
 * are enough.
 */
export function groupColors(ids: readonly string[], scheme: Scheme): Map<string, string> {
  const taken = new Set<number>()
  const colors = new Map<string, string>()
  for (const id of [...ids].sort()) {
    let hash = 0
    for (const char of id) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0
    let place = hash % palette.length
    while (taken.size < palette.length && taken.has(place)) place = (place + 1) % palette.length
    taken.add(place)
    colors.set(id, chartColor(palette[place] ?? 'blue.7', scheme))
  }
  return colors
}

/** For what belongs to no single group: the sum of the others, and cost without a key. */
export const neutralColors: Record<'other' | 'remainder', Record<Scheme, string>> = {
  other: { light: 'gray.6', dark: 'gray.6' },
  remainder: { light: 'gray.4', dark: 'dark.2' },
}

/** Input and output tokens, told apart by lightness as well as by hue. */
export const tokenColors: Record<'input' | 'output', Record<Scheme, string>> = {
  input: { light: 'blue.8', dark: 'blue.6' },
  output: { light: 'cyan.5', dark: 'cyan.3' },
}
