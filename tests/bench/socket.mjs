// Mentions a second from the sandbox's socket to committed decisions, in the real program: a backlog that
// waits at its start, in pages of 100, the sandbox in a process of its own. Also start to ready, and memory
// before and after. Prints figures; asserts nothing.
//
//   KERBSIDE=… KERBSIDE_SQL=… node tests/bench/socket.mjs [mentions]
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Kerbside, Resident, US, writeConfig } from '../integration/support/kerbside.mjs'
import { until } from '../integration/support/wait.mjs'
import { memory } from './worlds.mjs'

const count = Number(process.argv[2] ?? 10000)
const BATCH = 800 // as far as X's mentions go back

// Seconds of the processor's, of a process so far.
function busy (pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const dir = mkdtempSync(join(tmpdir(), 'kerbside-bench-'))
const sandbox = spawn('node', ['tests/sandbox/sandbox.mjs', '--limits', 'off'], { stdio: ['ignore', 'pipe', 'inherit'] })
let url
for await (const line of createInterface({ input: sandbox.stdout })) {
  url = /sandbox ready (\S+)/.exec(line)?.[1]
  if (url) break
}
const x = new Resident(url)
const kerbside = new Kerbside(dir, writeConfig(dir, url, { kb: resolve('kb/content'), x: { poll_every_ms: 100 } }))
const w = { kerbside }

const began = performance.now()
await kerbside.start()
console.log(`start to ready: ${Math.round(performance.now() - began)} ms`)
await x.sweeps(20)
console.log(`memory at rest: ${memory(w, readFileSync).toFixed(1)} MB`)
await x.fault({ on: 'post', kind: 'unavailable', times: 0 }) // what is said is another figure

const decided = async () => Number((await kerbside.sql('SELECT count(*) FROM decision'))[0][0])
const spent = { pages: 0, ms: 0, ours: 0, theirs: 0 }
let done = 0
while (done < count) {
  const before = { ours: busy(kerbside.child.pid), theirs: busy(sandbox.pid) }
  await x.control('DELETE', 'requests')
  await x.control('POST', 'storm', { mentions: BATCH, seconds: 60, speed: 0, seed: done + 1 })
  await x.control('POST', 'storm/step', { mentions: BATCH }) // all of them at once, for the next sweep
  done += BATCH
  await until('the last page', async () => await decided() >= done, { ms: 120000 })
  // A page is asked for when the one before is committed.
  const pages = (await x.requestsTo('GET', `/2/users/${US}/mentions`))
    .filter(({ path }) => path.includes('pagination_token'))
  spent.pages += pages.length - 1
  spent.ms += Date.parse(pages.at(-1).at) - Date.parse(pages[0].at)
  spent.ours += busy(kerbside.child.pid) - before.ours
  spent.theirs += busy(sandbox.pid) - before.theirs
}
const share = spent.theirs / (spent.ours + spent.theirs)
console.log(`from socket to commit: ${Math.round(spent.pages * 100000 / spent.ms)} mentions a second; of the processor's time ` +
  `the sandbox took ${Math.round(share * 100)} %, Kerbside ${(spent.ours * 1000 / done).toFixed(2)} ms a mention`)
console.log(`memory after ${done}: ${memory(w, readFileSync).toFixed(1)} MB`)
await kerbside.stop()
sandbox.kill()
rmSync(dir, { recursive: true, force: true })
