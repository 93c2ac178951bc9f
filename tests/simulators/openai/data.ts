import { seededNumber } from '../server.ts'

export const DAY = 86_400_000

export interface Organization {
  readonly seed: number
  readonly now: () => number
  readonly firstDay: number
  readonly projects: readonly Project[]
}

export interface Project {
  readonly id: string
  readonly name: string
  readonly archived: boolean
  readonly keys: readonly { readonly id: string; readonly name: string }[]
  /** Ids that have usage but are in no list any more, and traffic without a key. */
  readonly otherKeyIds: readonly (string | null)[]
}

export interface Row {
  readonly project_id: string
  readonly api_key_id: string | null
  readonly model: string | null
  readonly line_item: string | null
  readonly figures: Readonly<Record<string, number>>
}

export interface OpenAiTotals {
  readonly requests: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedInputTokens: number
  readonly costNanos: bigint
}

export function makeOrganization(options: {
  seed: number
  now: () => number
  historyDays: number
  projects: number
  keysPerProject: number
}): Organization {
  const today = Math.floor(options.now() / DAY) * DAY
  const projects = Array.from({ length: options.projects }, (_, index): Project => {
    const id = `proj_${String(index + 1).padStart(3, '0')}`
    return {
      id,
      name: `Project ${index + 1}`,
      archived: index > 0 && index === options.projects - 1,
      keys: Array.from({ length: options.keysPerProject }, (__, at) => ({
        id: `key_${index + 1}_${at + 1}`,
        name: `Key ${at + 1} of project ${index + 1}`,
      })),
      otherKeyIds: index === 0 ? ['key_deleted', null] : [],
    }
  })
  return { seed: options.seed, now: options.now, firstDay: today - options.historyDays * DAY, projects }
}

const MODELS = ['gpt-sim-2026-01-01', 'gpt-sim-mini-2026-01-01']

/** Usage rows of one day before grouping. About one day in nine has none. */
export function usageRows(organization: Organization, kind: string, day: number): Row[] {
  if (!isKnown(organization, day) || seededNumber(organization.seed, 9, kind, day) === 0) return []
  return organization.projects.flatMap((project) =>
    [...project.keys.map((key) => key.id), ...project.otherKeyIds].flatMap((keyId) =>
      modelsOf(kind).map((model) => ({
        project_id: project.id,
        api_key_id: keyId,
        model,
        line_item: null,
        figures: figuresOf(organization, kind, day, [project.id, keyId ?? '-', model]),
      })),
    ),
  )
}

function modelsOf(kind: string): string[] {
  return kind === 'completions' ? MODELS : [`${kind}-sim-1`]
}

function figuresOf(organization: Organization, kind: string, day: number, words: string[]): Record<string, number> {
  const part = partOfDay(organization, day)
  const number = (name: string, below: number) =>
    Math.floor(seededNumber(organization.seed, below, kind, day, name, ...words) * part)
  const requests = number('requests', 400)
  switch (kind) {
    case 'completions': {
      const input = number('input', 900_000)
      return {
        num_model_requests: requests,
        input_tokens: input,
        output_tokens: number('output', 200_000),
        input_cached_tokens: Math.floor(input / 3),
        input_uncached_tokens: input - Math.floor(input / 3),
        input_audio_tokens: Math.floor(input / 10),
      }
    }
    case 'embeddings':
    case 'moderations':
      return { num_model_requests: requests, input_tokens: number('input', 300_000) }
    case 'images':
      return { num_model_requests: requests, images: requests * 2 }
    case 'audio_speeches':
      return { num_model_requests: requests, characters: number('characters', 50_000) }
    default:
      return { num_model_requests: requests, seconds: number('seconds', 7_200) }
  }
}

/** Cost rows of one day before grouping, in millionths of a dollar. One project also pays for storage, by no key. */
export function costRows(organization: Organization, day: number): Row[] {
  if (!isKnown(organization, day)) return []
  const part = partOfDay(organization, day)
  return organization.projects.flatMap((project) => [
    ...[...project.keys.map((key) => key.id), ...project.otherKeyIds].flatMap((keyId) =>
      MODELS.flatMap((model) =>
        ['input', 'output'].map((side) => ({
          project_id: project.id,
          api_key_id: keyId,
          model: null,
          line_item: `${model}, ${side}`,
          figures: {
            micros: Math.floor(
              seededNumber(organization.seed, 4_000_000, 'cost', day, project.id, keyId ?? '-', model, side) * part,
            ),
          },
        })),
      ),
    ),
    {
      project_id: project.id,
      api_key_id: null,
      model: null,
      line_item: 'vector store storage',
      figures: { micros: Math.floor(120_000 * part) },
    },
  ])
}

/** Today is only as far as it has come. */
function partOfDay(organization: Organization, day: number): number {
  return Math.min(1, Math.max(0, (organization.now() - day) / DAY))
}

function isKnown(organization: Organization, day: number): boolean {
  return day >= organization.firstDay && day <= organization.now()
}

const KINDS = ['completions', 'embeddings', 'moderations', 'images', 'audio_speeches', 'audio_transcriptions']

export function addUpOpenAi(organization: Organization, from: number, to: number): OpenAiTotals {
  const totals = { requests: 0, inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, costNanos: 0n }
  for (let day = from; day < to; day += DAY) {
    for (const { figures } of KINDS.flatMap((kind) => usageRows(organization, kind, day))) {
      totals.requests += figures.num_model_requests ?? 0
      totals.inputTokens += figures.input_tokens ?? 0
      totals.outputTokens += figures.output_tokens ?? 0
      totals.cachedInputTokens += figures.input_cached_tokens ?? 0
    }
    for (const { figures } of costRows(organization, day)) totals.costNanos += BigInt(figures.micros ?? 0) * 1_000n
  }
  return totals
}
