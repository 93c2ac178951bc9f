import { programFolders } from './programs.ts'

/** What tunnels need of the receiver they lead to. */
export interface TunnelReceiver {
  /**
   * Answers `GET /.well-known/keyhold/<nonce>` with the nonce until the returned function is called.
   * Throws CONFLICT while the receiver does not listen.
   */
  serveNonce(nonce: string): () => void
  /** "http://127.0.0.1:4590", null while the receiver does not listen. */
  localUrl(): string | null
  /** Without a path; null for none. */
  setPublicUrl(url: string | null): void
}

/** Where programs are looked for, and how long things take. Tests put their own in the place of these. */
export interface TunnelSurroundings {
  /** Folders separated as in PATH. */
  readonly path: string
  /** What started programs get. */
  readonly environment: NodeJS.ProcessEnv
  /** Ports of 127.0.0.1 on which cloudflared answers questions. */
  readonly cloudflaredPorts: readonly number[]
  readonly ngrokPorts: readonly number[]
  /** Milliseconds. */
  readonly times: {
    /** Between two looks for running programs. */
    readonly poll: number
    /** A page that did not ask for this long is not open any more. */
    readonly interest: number
    /** For a started program to say its address. */
    readonly start: number
    /** For a request to find its way through a new tunnel, and between two tries. */
    readonly proof: number
    readonly proofRetry: number
    /** For a program to end by itself. */
    readonly stop: number
  }
}

export function usualSurroundings(): TunnelSurroundings {
  return {
    path: programFolders(),
    environment: process.env,
    cloudflaredPorts: [20_241, 20_242, 20_243, 20_244, 20_245],
    ngrokPorts: [4_040, 4_041, 4_042, 4_043, 4_044, 4_045],
    times: { poll: 5_000, interest: 30_000, start: 30_000, proof: 20_000, proofRetry: 1_000, stop: 3_000 },
  }
}
