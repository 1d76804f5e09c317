import { type Check, passed } from '../check.ts'

export const cluster: Check = {
  id: 'cluster',
  about: 'The cluster answers, takes the credentials, and says its version and who we are to it.',
  needs: [],
  async run(ports) {
    const { facts, closer } = await ports.cluster()
    const { user, answerMs } = closer
    const version =
      facts.kubernetesVersion === undefined
        ? ''
        : `Kubernetes ${facts.kubernetesVersion.replace(/^v/, '')} at `
    const who = user === undefined ? '' : `, as ${user}`
    const quick = answerMs === undefined ? '' : `, answers in ${Math.max(1, Math.round(answerMs))} ms`
    return passed(`${version}${facts.server}${quick}${who}`)
  },
}
