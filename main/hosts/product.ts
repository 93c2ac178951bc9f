import manifest from '../../package.json' with { type: 'json' }

/**
 * The identity of the app. The operating system's key store is bound to it: changing the name or the app id loses
 * the keys of every operator who relies on that protector. A test holds these values.
 */
export const product = {
  name: 'Keyhold',
  appId: 'dev.keyhold.desktop',
  /** Scheme and host of the page in the desktop app. */
  scheme: 'app',
  schemeHost: 'keyhold',
  version: manifest.version,
} as const
