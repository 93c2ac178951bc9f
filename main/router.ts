import { implement } from '@orpc/server'
import { contract } from '../shared/contract/index.ts'
import { Problem } from '../shared/problems.ts'
import { providerInfo } from '../shared/providers.ts'
import type { DoorContext } from './doors.ts'
import { changeStream, statusStream } from './live.ts'
import { createLocalApi } from './local-api.ts'
import { createWebhookRouter } from './webhook-router.ts'
import type { Workspace } from './workspace.ts'

/** What the host knows about the local API it serves, or null where it serves none. */
export interface LocalApiHost {
  /** Address of the API. */
  url(): string
  /** Whether a token came with a file at start, which rules over the settings for this run. */
  readonly tokenFromFile: boolean
  /** Whether revealing was allowed at start by flag. */
  readonly revealByFlag: boolean
}

/**
 * The contract, answered by the workspace. Nothing is decided here beyond which domain answers, and that what
 * shows a secret is for the app's own window only (`appOnly`).
 */
export function createRouter(workspace: Workspace, localApiHost: LocalApiHost | null = null) {
  const { vault, accounts, keys, imports, usage, settings, audit, changes } = workspace
  const contracted = implement(contract).$context<DoorContext>()
  const os = contracted.use(({ context, next }) => workspace.callers.run(context.caller, () => next()))

  const appOnly = contracted.middleware(async ({ context, next }) => {
    if (context.caller.source === 'api') {
      throw new Problem('FORBIDDEN', 'This can only be done in the Keyhold window.', {
        cause:
          'The local API never answers with secrets or codes, except GET /api/keys/{id}/full where that is allowed.',
        remedies: ['Open Keyhold and do it there.'],
      })
    }
    return next()
  })

  const localApiStatus = () => {
    const stored = settings.localApi()
    const byFile = localApiHost?.tokenFromFile ?? false
    const enabled = localApiHost !== null && (byFile || stored.enabled)
    return {
      served: localApiHost !== null,
      enabled,
      url: enabled && localApiHost !== null ? localApiHost.url() : null,
      allowReveal: enabled && (stored.allowReveal || (localApiHost?.revealByFlag ?? false)),
      tokenSource: byFile ? ('file' as const) : stored.enabled ? ('settings' as const) : ('none' as const),
    }
  }

  const bench = createWebhookRouter(workspace)

  return os.router({
    system: {
      info: os.system.info.handler(() => ({
        product: 'Keyhold' as const,
        version: workspace.host.version,
        host: workspace.host.kind,
        dataDir: workspace.dataDir,
        sample: workspace.sample,
        capabilities: { clipboard: workspace.host.clipboard !== null },
        notices: workspace.notices.list(),
      })),
      changes: os.system.changes.handler(({ signal }) => changeStream(changes, signal)),
    },
    vault: {
      status: os.vault.status.handler(() => vault.status()),
      watch: os.vault.watch.handler(({ signal }) => statusStream(vault, signal)),
      initialise: os.vault.initialise.use(appOnly).handler(({ input }) => vault.initialise(input)),
      unlock: os.vault.unlock.handler(({ input }) => vault.unlock(input)),
      lock: os.vault.lock.handler(() => vault.lock()),
      setPassphrase: os.vault.setPassphrase.use(appOnly).handler(({ input }) => vault.setPassphrase(input)),
      renewRecoveryCode: os.vault.renewRecoveryCode.use(appOnly).handler(() => vault.renewRecoveryCode()),
      addOsProtector: os.vault.addOsProtector.use(appOnly).handler(() => vault.addOsProtector()),
      removeProtector: os.vault.removeProtector.use(appOnly).handler(({ input }) => vault.removeProtector(input.kind)),
      touch: os.vault.touch.handler(() => {
        vault.touch()
        return { ok: true as const }
      }),
    },
    accounts: {
      list: os.accounts.list.handler(({ input }) => accounts.list(input)),
      get: os.accounts.get.handler(({ input }) => accounts.get(input.id)),
      create: os.accounts.create.handler(({ input, context }) => accounts.create(context.caller, input)),
      update: os.accounts.update.handler(({ input, context }) => accounts.update(context.caller, input)),
      delete: os.accounts.delete.handler(({ input, context }) => accounts.delete(context.caller, input)),
    },
    keys: {
      list: os.keys.list.handler(({ input }) => keys.list(input)),
      get: os.keys.get.handler(({ input }) => keys.get(input.id)),
      detect: os.keys.detect.handler(({ input }) => keys.detect(input.secret)),
      create: os.keys.create.handler(({ input, context }) => keys.create(context.caller, input)),
      update: os.keys.update.handler(({ input, context }) => keys.update(context.caller, input)),
      delete: os.keys.delete.handler(({ input, context }) => keys.delete(context.caller, input.id)),
      reveal: os.keys.reveal
        .use(appOnly)
        .handler(({ input, context }) => keys.reveal(context.caller, input.id, input.purpose)),
      copy: os.keys.copy.use(appOnly).handler(({ input, context }) => keys.copy(context.caller, input.id)),
      test: os.keys.test.handler(({ input, context, signal }) => keys.test(context.caller, input.id, signal)),
      testCandidate: os.keys.testCandidate.handler(({ input, signal }) => keys.testCandidate(input, signal)),
      remote: os.keys.remote.handler(({ input, signal }) => keys.remote(input.id, input.cursor ?? null, signal)),
    },
    imports: {
      preview: os.imports.preview.handler(({ input }) => imports.preview(input)),
      commit: os.imports.commit.handler(({ input, context }) => imports.commit(context.caller, input)),
    },
    usage: {
      sources: os.usage.sources.handler(() => usage.sources()),
      sync: os.usage.sync.handler(async ({ input }) => ({ runs: await usage.sync(input) })),
      cancel: os.usage.cancel.handler(async ({ input }) => {
        await usage.cancel(input)
        return { ok: true as const }
      }),
      progress: os.usage.progress.handler(async function* ({ signal }) {
        yield* usage.progress(signal)
      }),
      dashboard: os.usage.dashboard.handler(({ input }) => usage.dashboard(input)),
      exportCsv: os.usage.exportCsv.handler(({ input, context }) => usage.exportCsv(context.caller, input)),
      diagnostics: os.usage.diagnostics.handler(() => usage.diagnostics()),
    },
    settings: {
      preferences: os.settings.preferences.handler(() => settings.preferences()),
      setPreferences: os.settings.setPreferences.handler(({ input }) => {
        const next = settings.setPreferences(input)
        vault.setAutoLockMinutes(next.autoLockMinutes)
        return next
      }),
      providers: os.settings.providers.handler(() => settings.providers()),
      setProvider: os.settings.setProvider.handler(({ input, context }) => {
        const next = settings.setProvider(input.provider, input.base_url, input.allow_admin_key)
        audit.record(context.caller, {
          action: 'settings.provider-changed',
          subject: { kind: 'provider', id: null, name: providerInfo(input.provider).name },
          detail:
            next.baseUrl === null
              ? 'Back to the address of the provider.'
              : `Address set to ${new URL(next.baseUrl).host}; admin keys ${next.allowAdminKey ? 'allowed' : 'not allowed'}.`,
        })
        return next
      }),
      localApi: os.settings.localApi.handler(() => localApiStatus()),
      setLocalApi: os.settings.setLocalApi.use(appOnly).handler(({ input, context }) => {
        const token = settings.setLocalApi(input.enabled, input.allowReveal)
        audit.record(context.caller, {
          action: 'settings.local-api-changed',
          detail: `${input.enabled ? 'On' : 'Off'}; revealing ${input.allowReveal ? 'allowed' : 'not allowed'}.`,
        })
        return { ...localApiStatus(), token }
      }),
    },
    audit: { list: os.audit.list.handler(({ input }) => audit.list(input)) },
    ...bench,
    receiver: {
      ...bench.receiver,
      generateSecret: os.receiver.generateSecret
        .use(appOnly)
        .handler(({ input, context }) => workspace.receiver.generateSecret(context.caller, input.id, input.scheme)),
    },
    localApi: createLocalApi(workspace, () => localApiStatus().allowReveal),
  })
}
