import { z } from 'zod'
import { timeLimits } from '../limits.ts'
import { procedure } from './base.ts'
import { providerIdSchema } from './keys.ts'

/** Names of this machine, as a parsed URL writes them. */
const loopbackHost = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/

export const baseUrlSchema = z
  .url({
    protocol: /^https?$/,
    error: 'This is not an http(s) address. It should look like https://gateway.example.com/v1.',
  })
  .max(2_000)
  .refine((text) => URL.canParse(text) && new URL(text).username === '' && new URL(text).password === '', {
    error: 'The address carries a user name or password. Remove them.',
  })
  .refine((text) => URL.canParse(text) && new URL(text).search === '' && new URL(text).hash === '', {
    error: 'The address carries a query or fragment. Remove everything from "?" or "#" on.',
  })
  .refine((text) => !URL.canParse(text) || isPrivateOnTheWay(new URL(text)), {
    error: 'Keys would travel in the clear. Use https://; http:// is for an address on this machine only.',
  })

function isPrivateOnTheWay({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || loopbackHost.test(hostname)
}

export const providerSettingsSchema = z.object({
  provider: providerIdSchema,
  defaultBaseUrl: z.string().nullable(),
  /** Replaces the provider's own address (a gateway, a test server), or null. */
  baseUrl: z.string().nullable(),
  /** Whether admin keys may be sent to the replaced address. Reset whenever the address changes. */
  allowAdminKey: z.boolean(),
})

const timeSchema = ({ min, max }: { min: number; max: number }) => z.number().int().min(min).max(max)

export const preferencesSchema = z.object({
  colorScheme: z.enum(['auto', 'light', 'dark']),
  /** Idle minutes until the vault locks; 0 is never. */
  autoLockMinutes: timeSchema(timeLimits.autoLockMinutes),
  /** Seconds a revealed key stays visible. */
  revealSeconds: timeSchema(timeLimits.revealSeconds),
  /** Seconds until a copied key is taken off the clipboard again; 0 is never. */
  clipboardSeconds: timeSchema(timeLimits.clipboardSeconds),
})

export const localApiStatusSchema = z.object({
  /** Whether this host serves the local API at all (the browser host does). */
  served: z.boolean(),
  enabled: z.boolean(),
  /** Address of the API while it is on. */
  url: z.string().nullable(),
  /** Whether `GET /api/keys/{id}/full` may answer. */
  allowReveal: z.boolean(),
  /** `file`: the token came with `--api-token-file` and rules over the settings for this run. */
  tokenSource: z.enum(['none', 'settings', 'file']),
})

export const settings = {
  preferences: procedure.route({ method: 'GET', path: '/settings/preferences' }).output(preferencesSchema),
  setPreferences: procedure
    .route({ method: 'PUT', path: '/settings/preferences' })
    .input(preferencesSchema.partial())
    .output(preferencesSchema),
  providers: procedure.route({ method: 'GET', path: '/settings/providers' }).output(z.array(providerSettingsSchema)),
  /** REST names are part of the published local API, hence the underscores. */
  setProvider: procedure
    .route({ method: 'PUT', path: '/settings/providers/{provider}' })
    .input(
      z.object({
        provider: providerIdSchema,
        base_url: baseUrlSchema.nullable(),
        allow_admin_key: z.boolean().default(false),
      }),
    )
    .output(providerSettingsSchema),
  localApi: procedure.route({ method: 'GET', path: '/settings/local-api' }).output(localApiStatusSchema),
  /** Turning it on makes a new token, shown in this answer only; it is stored as a hash. */
  setLocalApi: procedure
    .route({ method: 'PUT', path: '/settings/local-api' })
    .input(z.object({ enabled: z.boolean(), allowReveal: z.boolean().default(false) }))
    .output(localApiStatusSchema.extend({ token: z.string().nullable() })),
}

export type ProviderSettings = z.infer<typeof providerSettingsSchema>
export type Preferences = z.infer<typeof preferencesSchema>
export type LocalApiStatus = z.infer<typeof localApiStatusSchema>
