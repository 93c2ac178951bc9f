import type { AuditAction, AuditEntry } from '../../../shared/contract/audit.ts'

/** What happened, in words. */
export const actionWords: Record<AuditAction, string> = {
  'vault.initialised': 'Vault made',
  'vault.unlocked': 'Vault unlocked',
  'vault.locked': 'Vault locked',
  'vault.unlock-failed': 'Unlock failed',
  'vault.passphrase-set': 'Passphrase set',
  'vault.recovery-renewed': 'Recovery code renewed',
  'vault.protector-added': 'Protector added',
  'vault.protector-removed': 'Protector removed',
  'account.created': 'Account added',
  'account.updated': 'Account changed',
  'account.deleted': 'Account deleted',
  'key.created': 'Key added',
  'key.updated': 'Key changed',
  'key.deleted': 'Key deleted',
  'key.revealed': 'Key revealed',
  'key.copied': 'Key copied',
  'key.tested': 'Key tested',
  'import.committed': 'Import',
  'usage.exported': 'Usage exported',
  'endpoint.created': 'Endpoint added',
  'endpoint.updated': 'Endpoint changed',
  'endpoint.deleted': 'Endpoint deleted',
  'endpoint.secret-added': 'Signing secret added',
  'endpoint.secret-removed': 'Signing secret removed',
  'captures.deleted': 'Captured requests deleted',
  'captures.exported': 'Captured requests exported',
  'captures.imported': 'Captured requests imported',
  'replay.started': 'Replay started',
  'event.sent': 'Test event sent',
  'retries.started': 'Retry run started',
  'probe.started': 'Handler probed',
  'target.created': 'Forward target added',
  'target.updated': 'Forward target changed',
  'target.deleted': 'Forward target deleted',
  'tunnel.started': 'Tunnel started',
  'tunnel.stopped': 'Tunnel stopped',
  'tunnel.used': 'Public address changed',
  'receiver.configured': 'Receiver settings changed',
  'settings.provider-changed': 'Provider address changed',
  'settings.local-api-changed': 'Local API changed',
}

export const sourceWords: Record<AuditEntry['source'], string> = {
  app: 'This app',
  api: 'Local API',
  system: 'Keyhold itself',
}

/** Where the subject of an entry can be seen, or null when there is no such page or it was deleted with the entry. */
export function subjectHref(entry: AuditEntry): string | null {
  if (entry.subjectId === null || entry.action.endsWith('.deleted')) return null
  if (entry.subjectKind === 'key') return `/keys/${entry.subjectId}`
  if (entry.subjectKind === 'endpoint') return `/webhooks/endpoints/${entry.subjectId}`
  if (entry.subjectKind === 'account') return `/accounts/${entry.subjectId}`
  return null
}
