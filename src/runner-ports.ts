import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

import type { RunnerBuildPorts } from './build-on-runner.ts'
import { lookAtContext } from './context/local-context.ts'
import { FOLDER_PREFIX, temporaryOf } from './local/left-over.ts'
import { runnerDisk } from './local/local-disk.ts'
import type { RunnerSettings } from './local/local-grounds.ts'
import { runnerProcesses } from './local/processes.ts'
import { type ContextPorts, prepareContext } from './prepare-context.ts'
import { parseDockerfile, unknownDockerfile } from './progress/dockerfile.ts'
import type { Environment } from './runner/environment.ts'

/** The adapters that only builds on the runner have. */
export function localPorts(
  environment: Environment,
  workspace: string,
  contextPorts: ContextPorts,
): Pick<
  RunnerBuildPorts,
  'workspace' | 'environment' | 'processes' | 'disk' | 'readSettings' | 'lookAtContext' | 'drawPlace'
> {
  return {
    workspace,
    environment,
    processes: runnerProcesses,
    disk: runnerDisk,
    readSettings: () => settingsOf(environment),
    drawPlace: () => {
      const name = randomBytes(6).toString('hex')
      return { folder: join(temporaryOf(environment), `${FOLDER_PREFIX}${name}`), name }
    },
    lookAtContext: async (request, signal) => {
      const { context, file } = request
      if (context.kind === 'path') {
        const found = await lookAtContext({ workspace, context: context.path, file }, signal)
        return { context: found, dockerfile: parseDockerfile(found.source.path, found.source.text) }
      }
      const { dockerfile, source } = await prepareContext(request, contextPorts, signal)
      return {
        context: { kind: 'remote', dockerfile },
        dockerfile:
          source === undefined ? unknownDockerfile(dockerfile) : parseDockerfile(source.path, source.text),
      }
    },
  }
}

function settingsOf(environment: Environment): RunnerSettings {
  const home = environment['HOME'] || homedir()
  const dockerFolder = environment['DOCKER_CONFIG'] || join(home, '.docker')
  const gitConfig = environment['GIT_CONFIG_GLOBAL'] || join(home, '.gitconfig')
  return {
    dockerFolder,
    dockerConfig: textOf(join(dockerFolder, 'config.json')),
    registriesConf: textOf(environment['CONTAINERS_REGISTRIES_CONF'] || '/etc/containers/registries.conf'),
    gitConfig: existsSync(gitConfig) ? gitConfig : undefined,
    hasDaemonCertificates: Boolean(environment['DOCKER_TLS_VERIFY']) && !environment['DOCKER_CERT_PATH'],
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
