import { receiverLimits } from '../../../shared/limits.ts'

/** A slug for a name: "Shop, Größe 2" becomes "shop-grosse-2". Empty where nothing of the name can stand in one. */
export function slugFrom(name: string): string {
  return name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .slice(0, receiverLimits.slug)
    .replace(/^[-_]+|[-_]+$/g, '')
}

/** The same, with a number where the slug is taken. */
export function freeSlug(name: string, taken: ReadonlySet<string>): string {
  const slug = slugFrom(name)
  if (slug === '' || !taken.has(slug)) return slug
  for (let number = 2; ; number += 1) {
    const end = `-${number}`
    const candidate = `${slug.slice(0, receiverLimits.slug - end.length).replace(/[-_]+$/, '')}${end}`
    if (!taken.has(candidate)) return candidate
  }
}
