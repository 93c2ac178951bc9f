/**
 * What `biome.json` says, and which room of the house may import which. Biome replaces the options of a rule where a
 * second block names the same file, so every room states all its seams; from this table they are written out by
 * `node scripts/write-lint-rules.ts`. `tests/unit/seams.test.ts` proves that the file is current and the seams hold.
 */

/** Folders of `main/` with a public face of the same name: `keys/keys.ts`. */
export const domains = [
  'accounts',
  'audit',
  'captures',
  'deliveries',
  'imports',
  'keys',
  'providers',
  'receiver',
  'sample',
  'sender',
  'settings',
  'tunnels',
  'usage',
]
/** Folders of `renderer/features/`. */
export const features = [
  'accounts',
  'captures',
  'deliveries',
  'imports',
  'keys',
  'receiver',
  'sender',
  'settings',
  'tunnels',
  'usage',
  'vault',
]

/** Paths that may not be imported; a later `!` takes out again. They are matched with the text of the import. */
interface Seam {
  readonly group: readonly string[]
  readonly message: string
}

interface Room {
  readonly files: readonly string[]
  readonly seams: readonly Seam[]
  /** Whether it runs only in Electron. */
  readonly electron?: boolean
}

const inside = (folders: readonly string[]) => folders.map((folder) => `**/${folder}/**`)

const tests: Seam = { group: inside(['tests']), message: 'The product does not import its tests.' }
const node: Seam = { group: ['node:*'], message: 'No Node modules in what runs in the renderer.' }
const page: Seam = {
  group: inside(['renderer', 'preload']),
  message: 'Nothing outside renderer/ and preload/ imports them.',
}
const processes: Seam = {
  group: inside(['main', 'preload', 'renderer']),
  message: 'shared/ is the bottom: it imports nothing of the processes.',
}
const contract: Seam = {
  group: inside(['contract']),
  message: 'Key formats and signatures are below the contract, which is made of them.',
}

const hosts: Seam = {
  group: inside(['hosts']),
  message: 'Imports point down: hosts import the rest, never the other way round.',
}
const entrances: Seam = {
  group: ['**/router.ts', '**/*-router.ts', '**/local-api*.ts', '**/live.ts', '**/doors.ts'],
  message: 'Below the router nobody knows the doors that calls come through.',
}
const workspace: Seam = {
  group: ['**/workspace.ts'],
  message: 'Domains do not know the workspace that opens them.',
}
const rows: Seam = { group: ['**/*rows.ts', '!./*rows.ts'], message: 'SQL stays in its domain: use its public face.' }

/** What a domain shows to others: the file with its name, and where others need them the types it meets them in. */
const faces = [
  ...[...domains, 'vault'].map((domain) => `**/${domain}/${domain}.ts`),
  '**/providers/provider.ts',
  '**/providers/facts.ts',
  '**/usage/ports.ts',
  '**/captures/ports.ts',
  '**/captures/capture-record.ts',
  '**/captures/ledger.ts',
  '**/receiver/ports.ts',
]

function inner(...alsoFaces: readonly string[]): Seam {
  return {
    group: [...inside([...domains, 'vault']), ...[...faces, ...alsoFaces].map((face) => `!${face}`)],
    message: 'This file is an inner one of its domain: use the public face.',
  }
}

function above(...folders: readonly string[]): Seam {
  return { group: inside([...domains, ...folders]), message: 'This layer is below the domains and does not know them.' }
}

const outsideRenderer: Seam = {
  group: inside(['main', 'preload']),
  message: 'The renderer imports only shared/ and itself.',
}
const otherFeatures: Seam = {
  group: inside(features),
  message: 'Pages do not import each other: what several use stands in renderer/parts or renderer/ui.',
}
const anyFeature: Seam = { group: inside(['features']), message: 'Only gate.tsx and pages.tsx of app/ know the pages.' }
const frame: Seam = {
  group: ['app', 'gate', 'pages', 'shell'].map((part) => `**/app/${part}.tsx`),
  message: 'A page does not know the frame it stands in.',
}
const aboveUi: Seam = {
  group: inside(['app', 'parts', 'features']),
  message: 'renderer/ui knows nothing of the program: it gets what it shows.',
}

const domainFiles = domains.map((domain) => `main/${domain}/**`)
const signing: Seam = {
  group: ['**/webhook-signatures.ts', '**/webhook-signatures/**'],
  message: 'Signing needs node:crypto and secrets: it happens in main. The table of schemes is webhook-schemes.ts.',
}
const inRenderer = [tests, outsideRenderer, node, signing]
const inMain = [tests, page, rows]
const inHosts = [...inMain, inner('**/vault/safe-storage.electron.ts')]
const inVault = [...inMain, hosts, entrances, workspace, above()]

/** Where several rooms hold the same file, the last one counts. */
export const rooms: readonly Room[] = [
  { files: ['shared/**'], seams: [tests, processes, node] },
  { files: ['shared/key-formats.ts', 'shared/key-formats/**'], seams: [tests, processes, node, contract] },

  { files: ['shared/webhook-signatures.ts', 'shared/webhook-signatures/**'], seams: [tests, processes, contract] },

  { files: ['main/*.ts'], seams: [...inMain, hosts, inner()] },
  { files: ['main/workspace.ts'], seams: [...inMain, hosts, entrances, inner('**/audit/caller-scope.ts')] },
  {
    files: ['main/host.ts', 'main/changes.ts', 'main/followers.ts'],
    seams: [...inMain, hosts, entrances, workspace, above('vault', 'store', 'http')],
  },
  { files: ['main/hosts/**'], seams: inHosts },
  { files: ['main/hosts/desktop.ts', 'main/hosts/**/*.electron.ts'], seams: inHosts, electron: true },
  { files: domainFiles, seams: [...inMain, hosts, entrances, workspace, inner()] },
  { files: ['main/vault/**'], seams: inVault },
  { files: ['main/vault/**/*.electron.ts'], seams: inVault, electron: true },
  { files: ['main/store/**'], seams: [...inMain, hosts, entrances, workspace, above('vault', 'http')] },
  { files: ['main/http/**'], seams: [...inMain, hosts, entrances, workspace, above('vault', 'store')] },

  {
    files: ['preload/**'],
    seams: [{ group: ['**', '!electron', '!**/shared/bridge.ts'], message: 'preload/ imports only the bridge.' }],
    electron: true,
  },

  { files: ['renderer/**'], seams: inRenderer },
  { files: ['renderer/ui/**'], seams: [...inRenderer, aboveUi] },
  { files: ['renderer/parts/**'], seams: [...inRenderer, anyFeature, frame] },
  { files: ['renderer/app/**'], seams: [...inRenderer, anyFeature] },
  { files: ['renderer/app/gate.tsx', 'renderer/app/pages.tsx'], seams: inRenderer },
  { files: ['renderer/features/**'], seams: [...inRenderer, otherFeatures, frame] },

  { files: ['tests/**'], seams: [], electron: true },
  { files: ['scripts/**'], seams: [page] },
]

function restrictedImports({ seams, electron = false }: Pick<Room, 'seams' | 'electron'>) {
  const only = 'Only desktop.ts, preload/ and *.electron.ts import electron: plain Node would spawn a downloader.'
  return { level: 'error', options: { paths: electron ? {} : { electron: only }, patterns: seams } }
}

/** The whole of `biome.json`. */
export const biomeConfig = {
  $schema: './node_modules/@biomejs/biome/configuration_schema.json',
  vcs: { enabled: true, clientKind: 'git', useIgnoreFile: true },
  files: { includes: ['**', '!package-lock.json', '!**/*.svg'], ignoreUnknown: true },
  formatter: { indentStyle: 'space', indentWidth: 2, lineWidth: 120 },
  javascript: { formatter: { quoteStyle: 'single', semicolons: 'asNeeded', trailingCommas: 'all' } },
  css: { parser: { cssModules: true } },
  linter: {
    rules: {
      preset: 'recommended',
      style: {
        noDefaultExport: 'error',
        noExcessiveLinesPerFile: { level: 'error', options: { maxLines: 420 } },
        useImportType: 'error',
        useNodejsImportProtocol: 'error',
        noNonNullAssertion: 'error',
        useConst: 'error',
        noParameterAssign: 'error',
        noRestrictedImports: restrictedImports({ seams: [tests] }),
      },
      correctness: { noUnusedImports: 'error', noUnusedVariables: 'error', useImportExtensions: 'error' },
      suspicious: { noExplicitAny: 'error', noConsole: 'error' },
      complexity: { noBannedTypes: 'error' },
    },
  },
  overrides: [
    {
      includes: ['*.config.ts', 'tests/**/*.config.ts'],
      linter: { rules: { style: { noDefaultExport: 'off' } } },
    },
    {
      includes: ['scripts/**', 'tests/bench/**', 'main/hosts/**'],
      linter: { rules: { suspicious: { noConsole: 'off' } } },
    },
    ...rooms.map((room) => ({
      includes: room.files,
      linter: { rules: { style: { noRestrictedImports: restrictedImports(room) } } },
    })),
  ],
}
