import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import Conf from 'conf'
import { z } from 'zod'
import { type Preferences, type ProviderSettings, preferencesSchema } from '../../shared/contract/settings.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { invalidField } from '../../shared/problems.ts'
import { type ProviderId, providerIds, providerInfo } from '../../shared/providers.ts'
import type { Changes } from '../changes.ts'
import type { StoreNotice } from '../store/integrity.ts'

export const SETTINGS_FILE = 'settings.json'

const receiverSettingsSchema = z.object({
  enabled: z.boolean(),
  /** 0 for any free one. */
  port: z.number().int().min(0).max(65_535),
  /** Listens on every address of this machine, not on loopback alone. */
  lan: z.boolean(),
  /** Makes an endpoint for a slug that is asked for and does not exist. */
  autoCreate: z.boolean(),
})
export type ReceiverSettings = z.output<typeof receiverSettingsSchema>

const overrideSchema = z.object({ baseUrl: z.string(), allowAdminKey: z.boolean() })

const settingsSchema = z.object({
  preferences: preferencesSchema.default({
    colorScheme: 'auto',
    autoLockMinutes: 15,
    revealSeconds: 30,
    clipboardSeconds: 30,
  }),
  providers: z.partialRecord(z.enum(providerIds), overrideSchema).default({}),
  localApi: z
    .object({ enabled: z.boolean(), allowReveal: z.boolean(), tokenHash: z.string().nullable() })
    .default({ enabled: false, allowReveal: false, tokenHash: null }),
  receiver: receiverSettingsSchema.default({
    enabled: true,
    port: receiverLimits.port,
    lan: false,
    autoCreate: false,
  }),
})
type SettingsData = z.output<typeof settingsSchema>

/**
 * What the operator chose, in `settings.json` in the data directory. Never a secret: the token of the local API
 * is here only as a hash. A file that cannot be read is set aside and defaults are used, with a notice.
 */
export class Settings {
  readonly notices: readonly StoreNotice[]
  readonly #conf: Conf<Record<string, unknown>>
  readonly #changes: Changes
  #data: SettingsData

  constructor(dataDir: string, changes: Changes) {
    this.#changes = changes
    const opened = open(dataDir)
    this.#conf = opened.conf
    this.#data = opened.data
    this.notices = opened.notices
  }

  preferences(): Preferences {
    return this.#data.preferences
  }

  setPreferences(change: { [K in keyof Preferences]?: Preferences[K] | undefined }): Preferences {
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    this.#save({ preferences: preferencesSchema.parse({ ...this.#data.preferences, ...given }) })
    return this.#data.preferences
  }

  providers(): ProviderSettings[] {
    return providerIds.map((provider) => this.provider(provider))
  }

  provider(provider: ProviderId): ProviderSettings {
    const override = this.#data.providers[provider]
    return {
      provider,
      defaultBaseUrl: providerInfo(provider).defaultBaseUrl,
      baseUrl: override?.baseUrl ?? null,
      allowAdminKey: override?.allowAdminKey ?? false,
    }
  }

  /** The permission to send admin keys belongs to one address: it is stored with it and goes when it changes. */
  setProvider(provider: ProviderId, baseUrl: string | null, allowAdminKey: boolean): ProviderSettings {
    if (providerInfo(provider).defaultBaseUrl === null && baseUrl !== null) {
      throw invalidField('base_url', 'A custom key has no provider that could be asked, so it has no address.')
    }
    const { [provider]: _previous, ...others } = this.#data.providers
    const next =
      baseUrl === null ? others : { ...others, [provider]: { baseUrl: baseUrl.replace(/\/+$/, ''), allowAdminKey } }
    this.#save({ providers: next })
    return this.provider(provider)
  }

  receiver(): ReceiverSettings {
    return this.#data.receiver
  }

  setReceiver(receiver: ReceiverSettings): void {
    this.#save({ receiver: receiverSettingsSchema.parse(receiver) })
  }

  localApi(): { enabled: boolean; allowReveal: boolean } {
    const { enabled, allowReveal } = this.#data.localApi
    return { enabled, allowReveal }
  }

  /** Turning the API on makes a new token and returns it; turning it off, or changing only `allowReveal`, returns null. */
  setLocalApi(enabled: boolean, allowReveal: boolean): string | null {
    const isNew = enabled && !this.#data.localApi.enabled
    const token = isNew ? `kh_${randomBytes(32).toString('base64url')}` : null
    const tokenHash = !enabled
      ? null
      : token === null
        ? this.#data.localApi.tokenHash
        : hashToken(token).toString('hex')
    this.#save({ localApi: { enabled, allowReveal: enabled && allowReveal, tokenHash } })
    return token
  }

  /** Compares in constant time. False while the API is off. */
  isApiToken(token: string): boolean {
    const { enabled, tokenHash } = this.#data.localApi
    if (!enabled || tokenHash === null) return false
    return timingSafeEqual(hashToken(token), Buffer.from(tokenHash, 'hex'))
  }

  #save(change: Partial<SettingsData>): void {
    const next = { ...this.#data, ...change }
    this.#conf.store = next
    this.#data = next
    this.#changes.announce('settings')
  }
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}

/** What a write that was cut short leaves behind. It never became the settings file, so nothing is lost with it. */
function sweepUnfinished(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(`${SETTINGS_FILE}.tmp-`)) rmSync(join(dataDir, name), { force: true })
  }
}

function open(dataDir: string): { conf: Conf<Record<string, unknown>>; data: SettingsData; notices: StoreNotice[] } {
  const make = () =>
    new Conf<Record<string, unknown>>({
      cwd: dataDir,
      configName: basename(SETTINGS_FILE, '.json'),
      configFileMode: 0o600,
      clearInvalidConfig: false,
      accessPropertiesByDotNotation: false,
    })
  sweepUnfinished(dataDir)
  try {
    const conf = make()
    return { conf, data: settingsSchema.parse(conf.store), notices: [] }
  } catch (error) {
    const file = join(dataDir, SETTINGS_FILE)
    const aside = `${file}.unreadable-${Date.now()}`
    if (existsSync(file)) renameSync(file, aside)
    const notice: StoreNotice = {
      severity: 'warning',
      message: 'The settings file could not be read. Default settings are used.',
      detail: `The old file is kept as ${basename(aside)}. ${error instanceof Error ? error.message : ''}`.trim(),
    }
    return { conf: make(), data: settingsSchema.parse({}), notices: [notice] }
  }
}
