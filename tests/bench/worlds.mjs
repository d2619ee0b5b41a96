// The real program with the shipped knowledge base, beside the sandbox, for benchmarks.
import net from 'node:net'
import { resolve } from 'node:path'
import { APP, world } from '../integration/support/kerbside.mjs'
import { until } from '../integration/support/wait.mjs'

export const LIVE = ['off', 'activity', 'filtered', 'webhook']

async function freePort () {
  const server = net.createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}

// Told of new messages as `x.live` has it, and ready to be. `close` ends it.
export async function openWorld (live, x = {}, sandbox = {}, conf = {}) {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const ends = []
  const w = await world({ after: end => ends.push(end) }, {
    files: { 'app.json': APP },
    sandbox: { settings: { webhook_loopback: true }, ...sandbox },
    staffed: false,
    conf: { kb: resolve('kb/content'), console: { port, origin }, x: { live, app_file: 'app.json', ...x }, ...conf }
  })
  w.close = async () => { for (const end of ends) await end() }
  if (live === 'webhook') {
    await w.x.send('POST', '/2/webhooks',
      { body: { url: origin + '/x/webhook' }, headers: { authorization: `Bearer ${APP.bearer_token}` } })
    await w.kerbside.restart()
    await until('the subscriptions', () => /subscriptions\.there/.test(w.kerbside.log))
  } else if (live !== 'off') {
    await until('a stream that begins', () => /stream\.begun/.test(w.kerbside.log))
  }
  return w
}

// In MB, of the program.
export function memory (w, read) {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(read(`/proc/${w.kerbside.child.pid}/status`, 'utf8'))
  return Number(kilobytes) / 1024
}
