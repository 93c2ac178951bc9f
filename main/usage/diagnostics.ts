import type { Diagnosis } from '../../shared/contract/usage.ts'
import { type ProviderId, providerInfo } from '../../shared/providers.ts'
import { type DiagnosisClass, type DiagnosisText, diagnoses } from './diagnoses.ts'
import type { Ledger } from './ledger.ts'
import type { SourceKey, UsageKeys, UsageProviders } from './ports.ts'
import type { RunRow, SourceRow, UsageRows } from './rows.ts'

const STALE_AFTER_MS = 7 * 86_400_000
/** Keys named on one card. */
const MAX_KEYS = 50
/** Keys looked through for those that cannot be asked for usage. */
const LOOKED_THROUGH = 200

interface Finding {
  readonly diagnosis: DiagnosisClass
  readonly key: { readonly id: number; readonly name: string; readonly provider: ProviderId }
  readonly detail: string | null
}

interface DiagnosticsDependencies {
  readonly rows: UsageRows
  readonly ledger: Ledger
  readonly keys: UsageKeys
  readonly providers: Pick<UsageProviders, 'adapter'>
}

/** One card for each failure class and provider, naming the keys it concerns; errors first. */
export function diagnose(deps: DiagnosticsDependencies, now: number): Diagnosis[] {
  const { rows, keys } = deps
  const sources = keys.usageSources()
  const stored = new Map(rows.sources().map((source) => [source.sourceKeyId, source]))
  const runs = rows.lastRuns()
  const findings = sources.flatMap((key): Finding[] => {
    const source = stored.get(key.id)
    return source === undefined ? [] : ofSource(deps, key, source, runs.get(key.id), now)
  })
  const cards = new Map<string, Finding[]>()
  const silent = cannotRead(keys, sources, rows.matchedKeys())
  for (const finding of [...findings, ...silent.named]) {
    // What keeps keys from being read at all is the same for every provider; the rest is for each its own.
    const isGeneral = finding.diagnosis === 'cannot-read-usage' || finding.diagnosis === 'vault-locked'
    const id = isGeneral ? finding.diagnosis : `${finding.diagnosis}:${finding.key.provider}`
    cards.set(id, [...(cards.get(id) ?? []), finding])
  }
  const rank = { error: 0, warning: 1, info: 2 }
  return [...cards]
    .map(([id, found]) => card(id, found, id === 'cannot-read-usage' ? silent.total : found.length))
    .sort((a, b) => rank[a.severity] - rank[b.severity])
    .slice(0, 100)
}

function ofSource(
  { ledger, providers }: DiagnosticsDependencies,
  key: SourceKey,
  source: SourceRow,
  run: RunRow | undefined,
  now: number,
): Finding[] {
  const { id, name, provider, kind } = key
  const finding = (diagnosis: DiagnosisClass, detail: string | null = null): Finding => ({
    diagnosis,
    key: { id, name, provider },
    detail,
  })
  const found: Finding[] = []
  const known = run?.failure !== null && run?.failure !== undefined && isDiagnosis(run.failure) ? run.failure : null
  if (run?.problem) found.push(finding(known ?? 'unexpected', detailOf(run.problem)))
  else if (run?.state === 'interrupted' || run?.state === 'cancelled') found.push(finding('interrupted'))
  else if (run?.state === 'done' && !ledger.hasFigures(id)) found.push(finding('nothing-reported'))
  else if (run?.state === 'done' && providers.adapter(provider)?.usageReach?.(kind) === 0) {
    found.push(finding('counter-only'))
  }
  const { lastSuccessAt, countedBy } = source
  if (lastSuccessAt !== null && countedBy === null && now - lastSuccessAt > STALE_AFTER_MS) found.push(finding('stale'))
  return found
}

/** The provider's own words, where they say more than the card does. */
function detailOf({ message, cause }: { message: string; cause: string }): string {
  return (message.includes(cause) ? message : `${message} ${cause}`).slice(0, 500)
}

function isDiagnosis(text: string): text is DiagnosisClass {
  return Object.hasOwn(diagnoses, text)
}

/** Keys of providers that tell no usage, or not to this kind of key; not those an admin key brings usage of. */
function cannotRead(
  keys: UsageKeys,
  sources: readonly SourceKey[],
  matched: ReadonlySet<number>,
): { named: Finding[]; total: number } {
  const told = new Set([...matched, ...keys.linkedKeys(), ...sources.map(({ id }) => id)])
  const { items, total } = keys.list({ sort: 'name', limit: LOOKED_THROUGH })
  const named = items
    .filter(({ id }) => !told.has(id))
    .map(
      ({ id, name, provider }): Finding => ({
        diagnosis: 'cannot-read-usage',
        key: { id, name, provider },
        detail: null,
      }),
    )
  // What was matched may have been deleted since.
  return { named, total: total - keys.labels([...told]).size }
}

function card(id: string, findings: readonly Finding[], keyCount: number): Diagnosis {
  const [first] = findings
  const diagnosis = first?.diagnosis ?? 'unexpected'
  const text: DiagnosisText = diagnoses[diagnosis]
  const providers = new Set(findings.map(({ key }) => key.provider))
  const only = providers.size === 1 ? (first?.key.provider ?? null) : null
  const name = only === null ? 'the provider' : providerInfo(only).name
  const say = (words: string) => capitalised(words.replaceAll('{provider}', name))
  return {
    id,
    title: text.title,
    cause: say(text.cause),
    remedies: text.remedies.map(say),
    severity: text.severity,
    keyCount,
    keys: findings.slice(0, MAX_KEYS).map(({ key }) => key),
    detail: findings.find(({ detail }) => detail !== null)?.detail ?? null,
    consoleUrl: only === null ? null : providerInfo(only).consoleUrl,
  }
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
