import type { Diagnosis } from '../../shared/contract/usage.ts'

/** A failure class as it is explained to the operator. `{provider}` stands for the provider's name. */
export interface DiagnosisText {
  readonly title: string
  readonly cause: string
  /** Most likely first. */
  readonly remedies: readonly string[]
  readonly severity: Diagnosis['severity']
}

/** Every card the diagnostics can show, in the order they are shown. */
export const diagnoses = {
  'vault-locked': {
    title: 'The vault is locked',
    cause: 'A sync needs the key itself, and keys are encrypted while the vault is locked.',
    remedies: ['Unlock the vault, then sync again.'],
    severity: 'warning',
  },
  'authentication-failed': {
    title: 'Authentication failed',
    cause: '{provider} does not accept the key: it is wrong, was revoked, or has expired.',
    remedies: [
      'Check that the key was copied completely and without spaces: edit it here and paste it again.',
      "Check in {provider}'s console that the key has not been revoked and has not expired.",
      'Check that billing is enabled on the account.',
    ],
    severity: 'error',
  },
  'permission-denied': {
    title: 'Permission denied or missing scopes',
    cause: 'The key works, but it does not have the rights to read usage and cost.',
    remedies: [
      'Create a new admin key with all permissions (or at least the right to read usage) and store it here.',
      'Check that your role in the organisation is Owner or Admin: only they can create such keys.',
      'Ask the support of {provider} whether your organisation has access to the usage interface.',
    ],
    severity: 'error',
  },
  'wrong-kind': {
    title: 'Wrong kind of key',
    cause: '{provider} answers questions about usage only to admin (management) keys, and this is another kind.',
    remedies: [
      "Create an admin key in {provider}'s console, store it here, and link the other keys to it.",
      'If it is an admin key, edit it and correct its kind.',
    ],
    severity: 'error',
  },
  blocked: {
    title: 'Key or organisation blocked',
    cause: 'The key is disabled, its owner or organisation is suspended, or this network is not on its allow-list.',
    remedies: [
      "Look in {provider}'s console whether the key, the project or the organisation is disabled.",
      'If an IP allow-list is set there, add the address of this machine, or sync from an allowed network.',
      'Check that {provider} serves your country or region.',
    ],
    severity: 'error',
  },
  'no-credit': {
    title: 'No credit left',
    cause: 'The key is in order, but the account has no credit or its quota is used up.',
    remedies: ['Add credit or a payment method at {provider}.', 'Wait until the quota of the period begins anew.'],
    severity: 'error',
  },
  'spend-limit': {
    title: 'Spending limit reached',
    cause: 'A spending limit of the organisation, the project or the plan has been reached.',
    remedies: [
      "Raise the limit in {provider}'s console, or wait for the next period.",
      'Look at the cost by key and project to see what used it up.',
    ],
    severity: 'error',
  },
  'rate-limited': {
    title: 'Too many calls',
    cause: '{provider} asked to slow down for longer than a sync waits. What was fetched is kept.',
    remedies: [
      'Sync again in a few minutes: it goes on where it stopped.',
      'Check whether another program reads usage with the same key.',
    ],
    severity: 'warning',
  },
  'admin-key-held-back': {
    title: 'Admin key held back',
    cause: 'The address of {provider} is replaced in Settings, and admin keys are not allowed to go there.',
    remedies: [
      'If you trust that address with an admin key, tick "Allow admin keys for this address" in Settings, Providers.',
      'Or remove the replaced address, so that the key goes to {provider} itself.',
    ],
    severity: 'error',
  },
  'secret-unreadable': {
    title: 'Stored key cannot be decrypted',
    cause: 'The stored secret is damaged or belongs to another vault. It was left as it is.',
    remedies: ['Edit the key and paste it again.', 'Or restore a backup of the workspace.'],
    severity: 'error',
  },
  timeout: {
    title: 'No answer in time',
    cause: '{provider} did not answer within the time limit.',
    remedies: ['Sync again.', 'Check the network connection of this machine, and any proxy in between.'],
    severity: 'warning',
  },
  network: {
    title: 'Provider not reachable',
    cause: 'No connection to {provider} could be made.',
    remedies: [
      'Check the network connection of this machine.',
      'Check the address of {provider} in Settings, if it was changed there.',
      'Check that a firewall or proxy lets the connection through.',
    ],
    severity: 'warning',
  },
  'no-secure-connection': {
    title: 'No secure connection',
    cause: 'The certificate of the address could not be trusted, so the key was not sent.',
    remedies: [
      'Check the date and time of this machine.',
      'A proxy or virus scanner may be replacing certificates: add its certificate to the system, or switch that off.',
    ],
    severity: 'error',
  },
  'bad-address': {
    title: 'Address cannot be used',
    cause: 'The address set for {provider} is not one that can be called.',
    remedies: ['Correct or remove the address of {provider} in Settings.'],
    severity: 'error',
  },
  'provider-down': {
    title: 'The provider has a problem',
    cause: '{provider} answered with an error of its own, and went on doing so when asked again.',
    remedies: ['Sync again later: it goes on where it stopped.', "Look at {provider}'s status page."],
    severity: 'warning',
  },
  'unreadable-answer': {
    title: 'Answer not understood',
    cause:
      'What came back is not the report: a web page, an incomplete answer, or a form Keyhold does not know. Nothing of it was stored.',
    remedies: [
      'Sync again later.',
      'Check the address of {provider} in Settings, and whether a proxy answers in its place.',
      'If it stays like this, {provider} may have changed its interface: look for an update of Keyhold.',
    ],
    severity: 'error',
  },
  'not-stored': {
    title: 'Figures could not be stored',
    cause: 'The database of the workspace could not be written.',
    remedies: [
      'Check that the disk is not full and the data directory can be written.',
      'Sync again: it goes on where it stopped.',
    ],
    severity: 'error',
  },
  unexpected: {
    title: 'Sync stopped unexpectedly',
    cause: 'Something happened that Keyhold does not foresee.',
    remedies: ['Sync again.', 'If it happens again, report it with the detail below.'],
    severity: 'error',
  },
  'left-out': {
    title: 'A part was left out',
    cause: 'The sync was done, but something that not every plan or key may read was refused.',
    remedies: [
      'If you need it, give the admin key the right to read it, or ask {provider} whether your plan includes it.',
      'Otherwise nothing has to be done: the figures shown do not contain it.',
    ],
    severity: 'info',
  },
  interrupted: {
    title: 'A sync was not finished',
    cause: 'Keyhold was closed, or the sync was cancelled, before everything was read. What was fetched is kept.',
    remedies: ['Sync again: it goes on where it stopped.'],
    severity: 'info',
  },
  stale: {
    title: 'Figures are old',
    cause: 'The last successful sync was more than a week ago. Some providers keep daily figures for 30 days only.',
    remedies: ['Sync now, and at least once a week.'],
    severity: 'warning',
  },
  'counted-once': {
    title: 'Two keys of one organisation',
    cause:
      'These admin keys list the same keys as another one: they read the same organisation, which is counted once.',
    remedies: ['Nothing has to be done. If one of the keys is no longer needed, delete it.'],
    severity: 'info',
  },
  'not-told-apart': {
    title: 'Two keys that may be of one organisation',
    cause:
      'Admin keys of one organisation are recognised by the keys they list, and not all of these have listed any. To count nothing twice, nothing was stored for the second one.',
    remedies: [
      'Give the admin keys the right to list the keys of their organisation at {provider}, then sync again.',
      'If they belong to one organisation, keep only one of them here and delete the other.',
      'If listing keys failed for another reason, sync again later.',
    ],
    severity: 'warning',
  },
  'nothing-reported': {
    title: 'No usage data',
    cause: 'The sync was done, but {provider} reported no usage for the period.',
    remedies: [
      'Check that the key belongs to the organisation that makes the calls.',
      'Figures appear with some delay: sync again later.',
      "Compare with {provider}'s own dashboard.",
    ],
    severity: 'info',
  },
  'counter-only': {
    title: 'A total, not figures by day',
    cause:
      '{provider} tells only a running total of its period, which is about a month. It stands on the first day of the period, so a range that begins later shows nothing of it.',
    remedies: [
      'Choose 90 days to see it for certain.',
      'Nothing has to be done: each sync replaces the total of the same period, and counts nothing twice.',
    ],
    severity: 'info',
  },
  'cannot-read-usage': {
    title: 'No usage data for some keys',
    cause:
      'Most keys cannot read usage: providers tell it only to admin keys, or not at all. That is no fault of the key.',
    remedies: [
      'Where the provider has admin keys (OpenAI, Anthropic, OpenRouter), add one: it brings the usage of all its keys.',
      "Use the provider's own dashboard for official figures.",
      'Keyhold still organises and tests these keys.',
    ],
    severity: 'info',
  },
} as const satisfies Record<string, DiagnosisText>

export type DiagnosisClass = keyof typeof diagnoses
