import type { MoneyLine, UsageGroup } from '../shared/contract/usage.ts'
import type { Workspace } from './workspace.ts'

/** What `GET /api/usage` answers: the dashboard by key, and how each source fared, under the published names. */
export async function usageReport(
  { usage }: Workspace,
  days: number,
  refresh: boolean,
  signal: AbortSignal | undefined,
) {
  if (refresh) {
    const runs = await usage.sync({ days })
    const stop = () => void usage.cancel({ runIds: runs.map(({ runId }) => runId) })
    signal?.addEventListener('abort', stop, { once: true })
    await usage.whenIdle()
    signal?.removeEventListener('abort', stop)
  }
  const { range, totals, groups } = usage.dashboard({ days, groupBy: 'key' })
  return {
    days,
    from: iso(range.from),
    to: iso(range.to),
    totals: {
      requests: totals.requests,
      input_tokens: totals.inputTokens,
      output_tokens: totals.outputTokens,
      cost: totals.cost.map(costRow),
    },
    keys: groups.map((group) => ({
      key_id: storedKeyId(group),
      key_name: group.label,
      provider: group.provider,
      requests: group.requests,
      input_tokens: group.inputTokens,
      output_tokens: group.outputTokens,
      cost: group.cost.map(costRow),
    })),
    sources: usage.sources().map(({ keyId, keyName, provider, lastRun, lastSuccessAt }) => ({
      key_id: keyId,
      key_name: keyName,
      provider,
      last_synced_at: lastSuccessAt === null ? null : iso(lastSuccessAt),
      error: lastRun?.problem ?? null,
    })),
  }
}

/** Groups of stored keys have the id of the key; every other group has a word for an id. */
function storedKeyId(group: UsageGroup): number | null {
  return group.role === 'group' && /^\d+$/.test(group.id) ? Number(group.id) : null
}

function costRow(line: Omit<MoneyLine, 'perDay'>) {
  return { amount: line.total, currency: line.currency, provenance: line.provenance }
}

function iso(instant: number): string {
  return new Date(instant).toISOString()
}
