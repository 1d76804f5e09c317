import { type Check, type Finding, passed, skipped, warning } from '../check.ts'

/** More places than that are for `hybrid-build migrate`, which lists them all. */
const SHOWN = 10

export const migration: Check = {
  id: 'migration',
  about:
    'Where workflows, and the scripts and Makefiles that they call, still build, tag, push or sign in with nerdctl, docker, podman or buildah: each with its line and the step that takes its place.',
  needs: [],
  after: ['cluster'],
  async run({ repository }): Promise<Finding> {
    const files = await repository.workflows()
    if (files.length === 0) return skipped('no .github/workflows here')
    const uses = await repository.containerTools()
    if (uses.length === 0) return passed('no workflow builds with a tool of the runner')
    const count = `${uses.length} ${uses.length === 1 ? 'command' : 'commands'}`
    const lines = uses
      .slice(0, SHOWN)
      .flatMap(({ path, line, text, instead }) => [
        `${path}:${line}  ${text}`,
        ...instead.split('\n').map((words) => `    ${words}`),
      ])
    const more = uses.length > SHOWN ? [`and ${uses.length - SHOWN} more`] : []
    return warning(`${count} of workflows and their scripts need a container tool on the runner`, {
      cause: [...lines, ...more],
      cures: ['hybrid-build migrate shows what would take their place, and with --write puts it there'],
    })
  },
}
