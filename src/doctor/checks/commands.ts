import { failed, type Check, passed } from '../check.ts'

export const commands: Check = {
  id: 'commands',
  about:
    'Every command of this program answers `--help`, and every action beside it (`action.yml`, `doctor/action.yml`, …) is readable and has what it starts.',
  needs: [],
  // What takes time of this machine would count as the cluster's.
  after: ['cluster'],
  async run({ program }, signal) {
    const [help, actions] = await Promise.all([
      Promise.all(
        program.commands.map(async (command) => ({
          what: `hybrid-build ${command}`,
          trouble: await program.help(command, signal),
        })),
      ),
      program.actions(),
    ])
    const all = [...help, ...actions.map(({ path, trouble }) => ({ what: path, trouble }))]
    const broken = all.flatMap(({ what, trouble }) => (trouble === undefined ? [] : [`${what}: ${trouble}`]))
    if (broken.length > 0) {
      const headline = `${broken.length} of ${all.length} commands and actions do not answer.`
      return failed({
        code: 'internal',
        headline,
        details: broken,
        cures: ['this copy of the program is not whole: take it anew, all of it'],
      })
    }
    return passed([...program.commands, ...actions.map(({ path }) => path)].join(', '))
  },
}
