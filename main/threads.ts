/** Files of the worker threads. In the build each is a file of its own beside the host's. */
export interface ThreadFiles {
  readonly receiver: URL
  readonly captureIndex: URL
}

/** For running from source. */
export const sourceThreads: ThreadFiles = {
  receiver: new URL('./receiver/thread/thread.ts', import.meta.url),
  captureIndex: new URL('./captures/index-thread/thread.ts', import.meta.url),
}

/** `host` is the address of the built entry of the host: `import.meta.url` of `out/main/browser.js`. */
export function builtThreads(host: string): ThreadFiles {
  return { receiver: new URL('./receiver-thread.js', host), captureIndex: new URL('./capture-index-thread.js', host) }
}
