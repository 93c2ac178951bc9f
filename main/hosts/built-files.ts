import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { NONCE_PLACEHOLDER } from './policies/csp.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

export interface BuiltFile {
  readonly contentType: string
  readonly body: Buffer
}

/**
 * The built renderer as a fixed list of files, read once. A request is looked up in the list and never turned
 * into a path on the disk, so there is nothing to traverse. Paths of the app (`/keys/12`) get the page itself.
 */
export class BuiltFiles {
  readonly #files: ReadonlyMap<string, BuiltFile>
  readonly #page: string

  /** Throws if `folder` holds no built renderer. */
  constructor(folder: string) {
    const files = new Map<string, BuiltFile>()
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const contentType = contentTypes[extname(entry.name)]
      if (contentType === undefined) continue
      const file = join(entry.parentPath, entry.name)
      files.set(`/${relative(folder, file).split(sep).join('/')}`, { contentType, body: readFileSync(file) })
    }
    const page = files.get('/index.html')
    if (page === undefined) throw new Error('The renderer is not built. Run "npm run build".')
    this.#page = page.body.toString('utf8')
    this.#files = files
  }

  /** The file for the path of a URL as it came (still percent-encoded), or null if there is none. */
  find(path: string, nonce: string): BuiltFile | null {
    if (path === '/' || path === '/index.html' || isAppPath(path)) {
      return {
        contentType: 'text/html; charset=utf-8',
        body: Buffer.from(this.#page.replaceAll(NONCE_PLACEHOLDER, nonce)),
      }
    }
    return this.#files.get(path) ?? null
  }
}

/** A place in the app rather than a file: lower-case words and ids between slashes, nothing that needs decoding. */
function isAppPath(path: string): boolean {
  return /^(\/[a-z0-9-]{1,64}){1,6}\/?$/.test(path)
}
