import {
  type AnyRequest,
  type BuildRequest,
  isOfCluster,
  type ClusterChoice,
  type NamespaceChoice,
  type UserNamespaceChoice,
} from './build-request.ts'
import {
  BUILDERS,
  type BuilderChoice,
  type BuilderName,
  builderNotices,
  isInCluster,
  readBuilderChoice,
} from './builder-choice.ts'
import { buildkitImage } from './buildkit-image.ts'
import { readBuildkitInputs } from './buildkit-inputs.ts'
import { keySources, readBuildSecrets } from './build-secrets.ts'
import { readBuildPushInputs } from './build-push-inputs.ts'
import { readCache } from './cache-request.ts'
import { readContextDelivery, readFile } from './context-inputs.ts'
import { readContext } from './context-source.ts'
import { destinationNotices } from './destinations.ts'
import { parseExecutorArguments } from './executor-arguments.ts'
import { readExecutorOptions } from './executor-options.ts'
import { imageFilesNotices, readImageFiles } from './image-files.ts'
import { annotationNotices, NO_ANNOTATIONS, parseAnnotations } from './image-annotations.ts'
import { type ImageReference, parseImageReference } from './image-reference.ts'
import { commonProblems, type InputProblem } from './input-problem.ts'
import {
  BUILDKIT_INPUTS,
  type Environment,
  ENVIRONMENT_INPUTS,
  type InputReader,
  inputReader,
  type RawInputs,
} from './input-reader.ts'
import { INPUT_DEFAULTS, type InputName } from './inputs.generated.ts'
import { listWithCommas, parseMap } from './lines.ts'
import { parseNodeSelector } from './node-selector.ts'
import { readLoad } from './load-into-node.ts'
import { readNetworkPolicy } from './network-policy.ts'
import { type Parsed, gathered, parsed } from './parsed.ts'
import { readPlatform } from './platform.ts'
import { readPod } from './pod-request.ts'
import { parseRegistries, readRegistryAccess } from './registry-access.ts'
import { parseResources } from './resources.ts'
import {
  DAY,
  parseAutoOrBoolean,
  parseBoolean,
  parseCleanup,
  parseDnsLabel,
  parseDuration,
  parseMirror,
  parseTarget,
  parseText,
} from './scalars.ts'
import { secretArgumentsWarnings } from './secret-looks.ts'
import {
  destinationsOf,
  PLACEHOLDERS,
  readTemplate,
  templateNotices,
  type TemplateRequest,
} from './template-request.ts'
import { readRunnerInputs } from './runner-inputs.ts'
import { readSkipIfExists } from './skip-if-exists.ts'
import { readClusterRegistry } from './cluster-registry.ts'
import { parseTolerations } from './tolerations.ts'
import { readVerification } from './verification.ts'

export { inputFailure, type InputProblem } from './input-problem.ts'
export type { RawInputs } from './input-reader.ts'

export type ReadRequest<R extends AnyRequest = AnyRequest> =
  | { readonly kind: 'request'; readonly request: R }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] }

const LONGEST_TIMEOUT = 30 * DAY

/** What the user asks of a builder in the cluster: the one that is named, or the first of those that `auto` asks. */
export function readClusterRequest(inputs: RawInputs, environment: Environment): ReadRequest<BuildRequest> {
  const choice = readBuilderChoice(inputReader(inputs, environment))
  const first = choice.kind === 'named' ? choice.builder : choice.order.find(isInCluster)
  const read = readRequest(inputs, environment, first ?? 'kaniko')
  if (read.kind === 'problems') return read
  if (isOfCluster(read.request)) return { kind: 'request', request: read.request }
  const problem = 'builds on the runner; kaniko and buildkit build in the cluster'
  return { kind: 'problems', problems: [{ input: 'builder', value: read.request.builder, problem }] }
}

/**
 * Who is to build, or what is wrong with how that is said; and then all else that
 * is wrong whoever is meant.
 */
export function readChoice(
  inputs: RawInputs,
  environment: Environment,
):
  | { readonly kind: 'choice'; readonly choice: BuilderChoice }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] } {
  const reader = inputReader(inputs, environment)
  const choice = readBuilderChoice(reader)
  if (reader.problems.length === 0) return { kind: 'choice', choice }
  const readings = BUILDERS.filter(isInCluster).map((builder) => readRequest(inputs, environment, builder))
  const problems = readings.map((reading) => (reading.kind === 'problems' ? reading.problems : []))
  return { kind: 'problems', problems: commonProblems(problems) }
}

/** What the user asks of this builder, or everything that is wrong with it, all at once. */
export function readRequest(inputs: RawInputs, environment: Environment, builder: BuilderName): ReadRequest {
  const reader = inputReader(ofBuilder(inputs, environment, builder), environment, VARIABLES[builder])
  const request = readAll(reader, builder, inputs, environment)
  // Where there are problems the request holds fallbacks and is dropped.
  if (reader.problems.length > 0) return { kind: 'problems', problems: reader.problems }
  return { kind: 'request', request }
}

const VARIABLES: Readonly<Record<BuilderName, typeof ENVIRONMENT_INPUTS>> = {
  kaniko: ENVIRONMENT_INPUTS,
  buildkit: BUILDKIT_INPUTS,
  docker: ENVIRONMENT_INPUTS,
  buildah: ENVIRONMENT_INPUTS,
  podman: ENVIRONMENT_INPUTS,
  nerdctl: ENVIRONMENT_INPUTS,
}

/** With `auto` the image in `executor` is Kaniko's; BuildKit's is the variable's then. */
function ofBuilder(inputs: RawInputs, environment: Environment, builder: BuilderName): RawInputs {
  const { kind } = readBuilderChoice(inputReader(inputs, environment))
  const hides = kind === 'auto' && builder !== 'kaniko'
  return (name) => (hides && name === 'executor' ? undefined : inputs(name))
}

function readAll(
  reader: InputReader,
  builder: BuilderName,
  inputs: RawInputs,
  environment: Environment,
): AnyRequest {
  const { read } = reader
  readBuilderChoice(reader)
  const none: ReadonlyMap<string, string> = new Map()
  const template = readTemplate(reader)
  const cluster = readCluster(reader, inputs, isInCluster(builder) && template === undefined)
  const namespace = readNamespace(reader, template)
  const context = readContext(reader, namespace, environment)
  const contextDelivery = readContextDelivery(reader, context)
  const file = readFile(reader, context)
  const registry = readClusterRegistry(reader, template !== undefined)
  const wanted = read('tags', registry.parseDestinations, [])
  const push = readPush(reader, wanted, template)
  const tags = destinationsOf(template, wanted, push)
  const buildArgs = read('build-args', parseMap, none)
  const annotations = read('annotations', parseAnnotations, NO_ANNOTATIONS)
  const registryAccess = readRegistryAccess(reader, namespace, {
    builder,
    isTemplate: template !== undefined,
  })
  const jobName = read('job-name', parseDnsLabel, undefined)
  const nodeSelector = read('node-selector', parseNodeSelector, none)
  const userNamespace = read('user-namespace', parseUserNamespace, 'auto')
  const named = read('executor', parseExecutor, '')
  const executor = builder === 'buildkit' ? buildkitImage(named, userNamespace, reader) : named
  const executorOptions = readExecutorOptions(reader)
  const allowPrivileged = read('allow-privileged', parseBoolean, false)
  const buildPush = readBuildPushInputs(reader, builder)
  const loads = buildPush.load && isInCluster(builder)
  if (loads) readLoad(reader, { tags, allowPrivileged, template })
  const imageFiles = readImageFiles(reader, { builder, tags, push, executor, executorOptions, loads })
  if (!isInCluster(builder)) readRunnerInputs(reader, template !== undefined)
  const request = {
    template,
    allowPrivileged,
    frontend: buildPush.options,
    load: buildPush.load,
    cluster,
    namespace,
    context,
    contextDelivery,
    file,
    tags,
    registryNamespace: registry.namespace,
    push,
    verification: readVerification(reader, { builder, push, byDefault: registry.namespace !== undefined }),
    skipIfExists: readSkipIfExists(reader, { builder, push, context, imageFiles, template }),
    buildArgs,
    secrets: new Map([...readBuildSecrets(reader), ...keySources(buildPush.options.ssh)]),
    target: read('target', parseTarget, undefined),
    platform: readPlatform(reader, nodeSelector),
    labels: read('labels', parseMap, none),
    annotations: annotations.entries,
    executor,
    executorOptions,
    imageFiles,
    cache: readCache(reader, { builder, tags, push, parseRepository: registry.parseRepository }),
    registryMirrors: read('registry-mirror', parseMirrors, []),
    insecureRegistries: read('insecure-registries', parseRegistries, []),
    registryAccess,
    resources: read('resources', parseResources, {}),
    nodeSelector,
    tolerations: read('tolerations', parseTolerations, []),
    pod: readPod(reader, builder, namespace, environment),
    networkPolicy: readNetworkPolicy(reader, namespace, template),
    timeoutSeconds: read('timeout', parseTimeout, 0),
    scheduleTimeoutSeconds: read('schedule-timeout', parseTimeout, 0),
    userNamespace,
    cleanup: read('cleanup', parseCleanup, 'always'),
    jobName,
    kanikoArgs: builder === 'kaniko' ? read('kaniko-args', parseExecutorArguments, []) : [],
    notices: [
      ...builderNotices(reader),
      ...(push ? destinationNotices(tags) : []),
      ...annotationNotices(annotations),
      ...imageFilesNotices(imageFiles, tags, builder),
      ...buildPush.notices,
      ...(builder === 'buildkit'
        ? readBuildkitInputs(reader, {
            allowPrivileged,
            context,
            contexts: buildPush.options.contexts,
            attestations: buildPush.options.attestations,
            annotations: annotations.entries,
            imageFormat: executorOptions.imageFormat,
            imageFiles,
            hasPlaceholders: template?.placeholders === true,
            isGiven: (name) => isGiven(name, inputs),
          })
        : []),
      ...templateNotices(template, {
        namespace: read('namespace', parseText, undefined) !== undefined,
        jobName: jobName !== undefined,
        registries: registryAccess.credentials.length > 0,
        registrySecret: registryAccess.secret !== undefined,
      }),
    ],
    warnings: secretArgumentsWarnings(buildArgs),
  }
  return isInCluster(builder) ? { ...request, builder } : { ...request, builder }
}

/** The runner hands out defaults as if they were given. */
function isGiven(name: InputName, inputs: RawInputs): boolean {
  const text = inputs(name)?.trim() ?? ''
  const defaults: Partial<Record<InputName, string>> = INPUT_DEFAULTS
  return text !== '' && text !== defaults[name]
}

function readCluster(reader: InputReader, inputs: RawInputs, isNeeded: boolean): ClusterChoice {
  // Not given at all it is action.yml's `auto`, so that an empty one was given empty.
  if (inputs('kubeconfig')?.trim() === '' && isNeeded) {
    reader.report({
      input: 'kubeconfig',
      problem:
        'is given but empty. If it comes from a secret: workflows of pull requests from forks get no secrets, and a misspelled name gives an empty one. Leave the input out to use $KUBECONFIG, ~/.kube/config or the cluster that the runner itself is in',
    })
  }
  const kubeconfig = reader.read('kubeconfig', parseText, 'auto')
  return {
    kubeconfig: kubeconfig === 'auto' ? undefined : kubeconfig,
    kubeContext: reader.read('kube-context', parseText, undefined),
  }
}

function readPush(
  reader: InputReader,
  tags: readonly ImageReference[],
  template: TemplateRequest | undefined,
): boolean {
  const push = reader.read('push', parseBoolean, undefined)
  const tagsRefused = reader.problems.some(({ input }) => input === 'tags')
  const isNeeded = push === true && template?.placeholders !== true
  if (isNeeded && tags.length === 0 && !tagsRefused) {
    const problem =
      'is needed: where to push the image, like ghcr.io/OWNER/NAME:TAG. To build without pushing, set push: false'
    reader.report({ input: 'tags', problem })
  }
  return push ?? true
}

const OWN: NamespaceChoice = { kind: 'own' }

/** A reusable template is for a namespace that is there: it could not tell one that it may make and remove. */
function readNamespace(reader: InputReader, template: TemplateRequest | undefined): NamespaceChoice {
  const namespace = reader.read('namespace', parseNamespace, OWN)
  return template?.placeholders === true ? { kind: 'given', name: PLACEHOLDERS.namespace } : namespace
}

function parseNamespace(text: string): Parsed<NamespaceChoice> {
  const name = parseDnsLabel(text)
  return name.kind === 'problems' ? name : parsed({ kind: 'given', name: name.value })
}

/** The text is kept as it is: the node's container runtime reads it, not we. */
function parseExecutor(text: string): Parsed<string> {
  const reference = parseImageReference(text)
  return reference.kind === 'problems' ? reference : parsed(text)
}

const parseMirrors = (text: string) => gathered(listWithCommas(text).map(parseMirror))

const parseTimeout = (text: string) => parseDuration(text, LONGEST_TIMEOUT)

function parseUserNamespace(text: string): Parsed<UserNamespaceChoice> {
  const choice = parseAutoOrBoolean(text)
  if (choice.kind === 'problems') return choice
  if (choice.value === 'auto') return parsed('auto')
  return parsed(choice.value ? 'always' : 'never')
}
