import type { ContractRouterClient } from '@orpc/contract'
import { accounts } from './accounts.ts'
import { audit } from './audit.ts'
import { captures } from './captures.ts'
import { deliveries } from './deliveries.ts'
import { imports } from './imports.ts'
import { keys } from './keys.ts'
import { localApi } from './local-api.ts'
import { receiver } from './receiver.ts'
import { sender } from './sender.ts'
import { settings } from './settings.ts'
import { system } from './system.ts'
import { tunnels } from './tunnels.ts'
import { usage } from './usage.ts'
import { vault } from './vault.ts'

/** Everything that can be asked of the workspace, whatever door the question comes through. */
export const contract = {
  system,
  vault,
  accounts,
  keys,
  imports,
  usage,
  settings,
  audit,
  receiver,
  captures,
  deliveries,
  sender,
  tunnels,
  localApi,
}

export type Contract = typeof contract
/** The typed client the renderer and the tests use. */
export type WorkspaceClient = ContractRouterClient<Contract>
