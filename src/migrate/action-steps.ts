import { isMap } from 'yaml'

import { below, changeMap, columnOf } from './map-text.ts'
import { ACTION, inputText, KUBECONFIG_LINE, registriesText } from './step-text.ts'
import type { Login } from './step-text.ts'
import { variablesOf } from './workflow-file.ts'
import type { Step, Variables } from './workflow-file.ts'

/** An action that builds images. */
export interface ActionBuild {
  readonly step: Step
  /** Why it stays; undefined where it is understood. */
  readonly problem: string | undefined
  /** The step as one of this action, from its first key on. */
  readonly text: (logins: readonly Login[]) => string
}

/** Actions whose inputs this action has under the same names. */
const LIKE_OURS = /^(docker\/build-push-action|int128\/kaniko-action)@/

/** Actions that build, and have inputs of their own. */
const OTHERS =
  /^(docker\/bake-action|redhat-actions\/(buildah-build|push-to-registry)|aevea\/action-kaniko|elgohr\/Publish-Docker-Github-Action|whoan\/docker-build-with-cache-action|mr-smithers-excellent\/docker-build-push)@/i

/** Reads a step that uses an action which builds images; undefined for any other. */
export function readActionBuild(step: Step, source: string, hasCheckout: boolean): ActionBuild | undefined {
  const uses = step.uses ?? ''
  const text = (logins: readonly Login[]): string => rewrite(step, source, hasCheckout, logins)
  if (LIKE_OURS.test(uses))
    return { step, problem: step.fixed ?? problemOf(variablesOf(step.node.get('with'))), text }
  return OTHERS.test(uses)
    ? { step, problem: 'its inputs have other names: docs/inputs.md has those of this action', text }
    : undefined
}

const BUILDKIT_ONLY = ['ssh', 'build-contexts', 'no-cache-filters'] as const

function problemOf(inputs: Variables): string | undefined {
  const on = (name: string): boolean => !['', 'false'].includes(inputs.get(name) ?? '')
  if (on('load')) return '`load` puts the image into the image store of the runner: push it, or see `outputs`'
  if (/[,\n]\S|\n\s*\S/.test((inputs.get('platforms') ?? '').trim()))
    return '`platforms` has several: a matrix has a step for each, and `docker buildx imagetools create` joins them'
  const special = BUILDKIT_ONLY.find(on)
  if (special !== undefined) return `\`${special}\` needs \`builder: buildkit\``
  const attestation = ['provenance', 'sbom', 'attests'].find(on)
  if (attestation !== undefined) return `\`${attestation}\` needs \`builder: buildkit\``
  if (on('network') && inputs.get('network') !== 'default')
    return '`network`: in the cluster each RUN has the network of its pod'
  if (on('call') && inputs.get('call') !== 'build')
    return 'checks of the Dockerfile are shown with every build'
  const outputs = inputs.get('outputs') ?? ''
  const strange = outputs
    .split('\n')
    .find((line) => !/^(type=(docker|oci),dest=\S+|type=registry|)$/.test(line.trim()))
  return strange === undefined ? undefined : `\`outputs: ${strange.trim()}\`: see the input \`outputs\``
}

/** Inputs that are about the tool that built. */
const TOOLS_OWN = ['builder', 'cgroup-parent', 'ulimit', 'load', 'allow'] as const

function rewrite(step: Step, source: string, hasCheckout: boolean, logins: readonly Login[]): string {
  const node = step.node.get('with')
  const inputs = variablesOf(node)
  const indent = isMap(node) ? columnOf(node, source) : step.indent + 2
  const more = [
    ...(inputs.has('push') ? [] : ['push: false']),
    ...(inputs.has('context') || hasCheckout ? [] : ['context: git']),
    ...(logins.length > 0 ? [inputText('registries', registriesText(logins), indent)] : []),
  ]
  const given = isMap(node)
    ? changeMap(node, source, indent, ({ key }) => (isDropped(key, inputs) ? [] : undefined), more)
    : more.join(`\n${' '.repeat(indent)}`)
  const withBlock = below(
    'with',
    [KUBECONFIG_LINE, given].filter((part) => part !== '').join(`\n${' '.repeat(indent)}`),
    indent,
  )
  return changeMap(
    step.node,
    source,
    step.indent,
    ({ key }) => {
      if (key === 'uses') return [`uses: ${ACTION}`]
      return key === 'with' ? [withBlock] : undefined
    },
    isMap(node) ? [] : [withBlock],
  )
}

/** A cache that is no registry's has no place here: layers are kept beside the image. */
function isDropped(key: string, inputs: Variables): boolean {
  if (TOOLS_OWN.some((name) => name === key)) return true
  return /^cache-(from|to)$/.test(key) && /type=(gha|local|inline|s3|azblob)/.test(inputs.get(key) ?? '')
}

/** Actions that prepare for builds with docker, and for nothing else. */
export function isSetup({ uses }: Step): boolean {
  return /^docker\/setup-(buildx|qemu)-action@/.test(uses ?? '')
}
