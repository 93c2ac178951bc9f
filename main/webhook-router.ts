import { implement } from '@orpc/server'
import { contract } from '../shared/contract/index.ts'
import type { DoorContext } from './doors.ts'
import type { Workspace } from './workspace.ts'

/**
 * The part of the contract that is the webhook bench, answered by its domains. Decides nothing; what shows a secret is
 * in `router.ts`, with the rule who may see one.
 */
export function createWebhookRouter(workspace: Workspace) {
  const { receiver, captures, deliveries, sender, tunnels } = workspace
  const os = implement(contract).$context<DoorContext>()
  const ok = { ok: true as const }

  return {
    receiver: {
      status: os.receiver.status.handler(() => receiver.status()),
      configure: os.receiver.configure.handler(({ input, context }) => receiver.configure(context.caller, input)),
      endpoints: os.receiver.endpoints.handler(() => receiver.endpoints()),
      endpoint: os.receiver.endpoint.handler(({ input }) => receiver.endpoint(input.id)),
      createEndpoint: os.receiver.createEndpoint.handler(({ input, context }) =>
        receiver.createEndpoint(context.caller, input),
      ),
      updateEndpoint: os.receiver.updateEndpoint.handler(({ input, context }) =>
        receiver.updateEndpoint(context.caller, input),
      ),
      deleteEndpoint: os.receiver.deleteEndpoint.handler(async ({ input, context }) => {
        await receiver.deleteEndpoint(context.caller, input.id)
        return ok
      }),
      addSecret: os.receiver.addSecret.handler(({ input, context }) =>
        receiver.addSecret(context.caller, input.id, input.label, input.secret),
      ),
      removeSecret: os.receiver.removeSecret.handler(({ input, context }) =>
        receiver.removeSecret(context.caller, input.id, input.secretId),
      ),
    },
    captures: {
      list: os.captures.list.handler(({ input }) => captures.list(input)),
      get: os.captures.get.handler(({ input }) => captures.get(input.id)),
      body: os.captures.body.handler(({ input }) => captures.body(input)),
      diagnose: os.captures.diagnose.handler(({ input }) => captures.diagnose(input.id)),
      mark: os.captures.mark.handler(({ input }) => captures.mark(input)),
      delete: os.captures.delete.handler(({ input, context }) => captures.delete(context.caller, input.selection)),
      tags: os.captures.tags.handler(() => captures.tags()),
      diff: os.captures.diff.handler(({ input }) => captures.diff(input.left, input.right)),
      eventTypes: os.captures.eventTypes.handler(({ input }) => captures.eventTypes(input.endpointId)),
      learnedSchema: os.captures.learnedSchema.handler(({ input }) => captures.learnedSchema(input)),
      acknowledgeDrift: os.captures.acknowledgeDrift.handler(async ({ input }) => {
        await captures.acknowledgeDrift(input)
        return ok
      }),
      export: os.captures.export.handler(({ input, context }) => captures.export(context.caller, input)),
      import: os.captures.import.handler(({ input, context }) => captures.import(context.caller, input.bundle)),
      live: os.captures.live.handler(async function* ({ signal }) {
        yield* captures.live(signal)
      }),
    },
    deliveries: {
      targets: os.deliveries.targets.handler(({ input }) => deliveries.targets(input.endpointId)),
      createTarget: os.deliveries.createTarget.handler(({ input, context }) =>
        deliveries.createTarget(context.caller, input),
      ),
      updateTarget: os.deliveries.updateTarget.handler(({ input, context }) =>
        deliveries.updateTarget(context.caller, input),
      ),
      deleteTarget: os.deliveries.deleteTarget.handler(async ({ input, context }) => {
        await deliveries.deleteTarget(context.caller, input.id)
        return ok
      }),
      attempts: os.deliveries.attempts.handler(({ input }) => deliveries.attempts(input)),
      attempt: os.deliveries.attempt.handler(({ input }) => deliveries.attempt(input.id)),
      replayOne: os.deliveries.replayOne.handler(({ input, context, signal }) =>
        deliveries.replayOne(context.caller, input, signal),
      ),
      replayEdited: os.deliveries.replayEdited.handler(({ input, context, signal }) =>
        deliveries.replayEdited(context.caller, input, signal),
      ),
      replay: os.deliveries.replay.handler(({ input, context }) => deliveries.replay(context.caller, input)),
      jobs: os.deliveries.jobs.handler(({ input }) => deliveries.jobs(input)),
      job: os.deliveries.job.handler(({ input }) => deliveries.job(input.id)),
      pauseJob: os.deliveries.pauseJob.handler(({ input }) => deliveries.pauseJob(input.id)),
      resumeJob: os.deliveries.resumeJob.handler(({ input, context }) =>
        deliveries.resumeJob(context.caller, input.id),
      ),
      cancelJob: os.deliveries.cancelJob.handler(({ input }) => deliveries.cancelJob(input.id)),
      progress: os.deliveries.progress.handler(async function* ({ signal }) {
        yield* deliveries.progress(signal)
      }),
      deadLetters: os.deliveries.deadLetters.handler(({ input }) => deliveries.deadLetters(input)),
      retryDeadLetters: os.deliveries.retryDeadLetters.handler(({ input }) => deliveries.retryDeadLetters(input.ids)),
      discardDeadLetters: os.deliveries.discardDeadLetters.handler(({ input }) =>
        deliveries.discardDeadLetters(input.ids),
      ),
    },
    sender: {
      catalogue: os.sender.catalogue.handler(() => sender.catalogue()),
      preview: os.sender.preview.handler(({ input }) => sender.preview(input)),
      send: os.sender.send.handler(({ input, context }) => sender.send(context.caller, input)),
      startRetries: os.sender.startRetries.handler(({ input, context }) => sender.startRetries(context.caller, input)),
      retryRun: os.sender.retryRun.handler(({ input }) => sender.retryRun(input.id)),
      cancelRetries: os.sender.cancelRetries.handler(({ input }) => sender.cancelRetries(input.id)),
      retryProgress: os.sender.retryProgress.handler(async function* ({ input, signal }) {
        yield* sender.retryProgress(input.id, signal)
      }),
      probe: os.sender.probe.handler(({ input, context, signal }) => sender.probe(context.caller, input, signal)),
      probes: os.sender.probes.handler(({ input }) => sender.probes(input)),
    },
    tunnels: {
      list: os.tunnels.list.handler(() => tunnels.list()),
      discover: os.tunnels.discover.handler(() => tunnels.discover()),
      start: os.tunnels.start.handler(({ input, context }) => tunnels.start(context.caller, input)),
      stop: os.tunnels.stop.handler(({ input, context }) => tunnels.stop(context.caller, input)),
      add: os.tunnels.add.handler(({ input, context }) => tunnels.add(context.caller, input)),
      remove: os.tunnels.remove.handler(({ input, context }) => tunnels.remove(context.caller, input)),
      prove: os.tunnels.prove.handler(({ input }) => tunnels.prove(input)),
      use: os.tunnels.use.handler(({ input, context }) => tunnels.use(context.caller, input)),
    },
  }
}
