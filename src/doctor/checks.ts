import type { Check } from './check.ts'
import { admission } from './checks/admission.ts'
import { build } from './checks/build.ts'
import { builders } from './checks/builders.ts'
import { clock } from './checks/clock.ts'
import { cluster } from './checks/cluster.ts'
import { commands } from './checks/commands.ts'
import { context } from './checks/context.ts'
import { executor } from './checks/executor.ts'
import { leftovers } from './checks/leftovers.ts'
import { log } from './checks/log.ts'
import { migration } from './checks/migration.ts'
import { namespace } from './checks/namespace.ts'
import { node } from './checks/node.ts'
import { registry } from './checks/registry.ts'
import { removal } from './checks/removal.ts'
import { rights } from './checks/rights.ts'
import { stream } from './checks/stream.ts'
import { workflows } from './checks/workflows.ts'

/** All checks, each behind those that it needs; in the order of the report. */
export const CHECKS: readonly Check[] = [
  cluster,
  clock,
  rights,
  namespace,
  admission,
  node,
  executor,
  context,
  build,
  log,
  registry,
  stream,
  removal,
  leftovers,
  builders,
  commands,
  workflows,
  migration,
]
