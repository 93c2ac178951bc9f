import { seededNumber } from '../server.ts'

export const DAY = 86_400_000

export interface AnthropicOrganization {
  readonly seed: number
  readonly now: () => number
  readonly firstDay: number
  readonly costLagDays: number
}

export interface AnthropicTotals {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedInputTokens: number
  /** Costs of days whose costs are out. */
  readonly costNanos: bigint
}

/** Null is the default workspace. */
export const workspaces: readonly (string | null)[] = [null, 'wrkspc_research']
/** Null is traffic from the Console. */
const keyIds: readonly (string | null)[] = ['apikey_1', 'apikey_2', null]
const models = ['claude-sim-4', 'claude-sim-mini-4']

interface UsageRow {
  readonly api_key_id: string | null
  readonly workspace_id: string | null
  readonly model: string
  readonly uncached: number
  readonly created5m: number
  readonly created1h: number
  readonly read: number
  readonly output: number
}

interface CostRow {
  readonly workspace_id: string | null
  readonly description: string
  readonly model: string | null
  /** Hundredths of a cent. */
  readonly units: number
}

export function makeAnthropicOrganization(options: {
  seed: number
  now: () => number
  historyDays: number
  costLagDays: number
}): AnthropicOrganization {
  const today = Math.floor(options.now() / DAY) * DAY
  const { seed, now, costLagDays } = options
  return { seed, now, costLagDays, firstDay: today - options.historyDays * DAY }
}

export function anthropicUsage(organization: AnthropicOrganization, day: number): UsageRow[] {
  if (day < organization.firstDay || day > organization.now()) return []
  if (seededNumber(organization.seed, 9, 'anthropic', day) === 0) return []
  return workspaces.flatMap((workspace_id) =>
    keyIds.flatMap((api_key_id) =>
      models.map((model) => {
        const number = (name: string, below: number) =>
          seededNumber(organization.seed, below, 'anthropic', day, name, workspace_id ?? '-', api_key_id ?? '-', model)
        return {
          api_key_id,
          workspace_id,
          model,
          uncached: number('uncached', 400_000),
          created5m: number('5m', 20_000),
          created1h: number('1h', 30_000),
          read: number('read', 250_000),
          output: number('output', 90_000),
        }
      }),
    ),
  )
}

/** Costs come out when the day is over, or days later. Code execution is in the costs and not in the usage. */
export function anthropicCosts(organization: AnthropicOrganization, day: number): CostRow[] {
  if (day < organization.firstDay || !isComplete(organization, day)) return []
  return workspaces.flatMap((workspace_id) => [
    ...models.flatMap((model) =>
      ['Input Tokens', 'Output Tokens'].map((side) => ({
        workspace_id,
        model,
        description: `${model} Usage - ${side}`,
        units: seededNumber(organization.seed, 9_000_000, 'anthropic-cost', day, workspace_id ?? '-', model, side),
      })),
    ),
    { workspace_id, model: null, description: 'Code Execution Usage', units: 12_345 },
  ])
}

export function isComplete(organization: AnthropicOrganization, day: number): boolean {
  return day + (1 + organization.costLagDays) * DAY <= organization.now()
}

export function addUpAnthropic(organization: AnthropicOrganization, from: number, to: number): AnthropicTotals {
  const totals = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, costNanos: 0n }
  for (let day = from; day < to; day += DAY) {
    for (const row of anthropicUsage(organization, day)) {
      totals.inputTokens += row.uncached + row.created5m + row.created1h + row.read
      totals.outputTokens += row.output
      totals.cachedInputTokens += row.read
    }
    // A hundredth of a cent is 100,000 nano-dollars.
    for (const row of anthropicCosts(organization, day)) totals.costNanos += BigInt(row.units) * 100_000n
  }
  return totals
}
