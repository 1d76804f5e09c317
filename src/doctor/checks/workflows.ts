import { failed, type Check, type Finding, passed, skipped } from '../check.ts'
import { problemsOf } from '../workflow-file.ts'

/** More lines than that are for an editor. */
const SHOWN = 10

export const workflows: Check = {
  id: 'workflows',
  about:
    'The files in `.github/workflows` are YAML and keep the frame of GitHub’s syntax; where the program actionlint is on the PATH, all that it knows as well.',
  needs: [],
  // What takes time of this machine would count as the cluster's.
  after: ['cluster'],
  async run({ repository }, signal): Promise<Finding> {
    const files = await repository.workflows()
    if (files.length === 0) return skipped('no .github/workflows here')
    const paths = files.map(({ path }) => path)
    const linted = await repository.actionlint(paths, signal)
    const problems = linted ?? files.flatMap(problemsOf)
    const by =
      linted === undefined ? 'YAML and frame; actionlint on the PATH would look deeper' : 'by actionlint'
    const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`
    if (problems.length === 0) return passed(`${count}, nothing wrong (${by})`)
    const lines = problems.map(({ path, line, text }) => `${path}:${line}  ${text}`)
    const more = lines.length > SHOWN ? [`and ${lines.length - SHOWN} more`] : []
    return failed({
      code: 'input',
      headline: `${problems.length} ${problems.length === 1 ? 'thing is' : 'things are'} wrong in ${count} of .github/workflows.`,
      details: [...lines.slice(0, SHOWN), ...more],
      cures: ['change what is named above: GitHub runs no file with a mistake, and says so only on its page'],
    })
  },
}
