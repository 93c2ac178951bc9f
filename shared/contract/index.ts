import type { ContractRouterClient } from '@orpc/contract'
import { accounts } from './accounts.ts'
import { audit } from './audit.ts'
import { imports } from './imports.ts'
import { keys } from './keys.ts'
import { localApi } from './local-api.ts'
import { settings } from './settings.ts'
import { system } from './system.ts'
import { usage } from './usage.ts'
import { vault } from './vault.ts'

/** Everything that can be asked of the workspace, whatever door the question comes through. */
export const contract = { system, vault, accounts, keys, imports, usage, settings, audit, localApi }

export type Contract = typeof contract
/** The typed client the renderer and the tests use. */
export type WorkspaceClient = ContractRouterClient<Contract>
