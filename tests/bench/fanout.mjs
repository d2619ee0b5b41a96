// An event to a thousand consoles, fifty times a second: Kerbside, and Node's ws beside it. Prints what
// build/release/bench_fanout (fanout.c) measures on each; asserts nothing.
//
//   KERBSIDE=… KERBSIDE_SQL=… node tests/bench/fanout.mjs [consoles [events a second [seconds]]]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { startSandbox } from '../sandbox/sandbox.mjs'
import { signIn } from '../integration/support/desk.mjs'
import { Kerbside, Resident, staffedDatabase, writeConfig } from '../integration/support/kerbside.mjs'
import { until } from '../integration/support/wait.mjs'

const CASES = 40
const SESSIONS = 50
const load = [process.argv[2] ?? 1000, process.argv[3] ?? 50, process.argv[4] ?? 20].map(String)
const dir = mkdtempSync(join(tmpdir(), 'kerbside-bench-'))
const cookies = join(dir, 'cookies')

async function measure (name, port, pid) {
  const program = join(dirname(process.env.KERBSIDE), 'bench_fanout')
  const client = spawn(program, [String(port), String(pid), cookies, String(CASES), ...load], { stdio: 'inherit' })
  console.log(`${name}:`)
  await once(client, 'exit')
}

const sandbox = await startSandbox({ limits: 'off' })
const x = new Resident(sandbox.url)
const kerbside = new Kerbside(dir, writeConfig(dir, sandbox.url, { x: { poll_every_ms: 1000 } }))
copyFileSync(await staffedDatabase(), kerbside.database)
await kerbside.start()
for (let n = 0; n < CASES; n++) await x.says(`resident_${n}`, '@NorthmoorHelp do you sell second hand harpsichords')
await until('all cases', async () => Number((await kerbside.sql('SELECT count(*) FROM handoff_case'))[0][0]) === CASES)
const sessions = []
while (sessions.length < SESSIONS) sessions.push(await signIn(kerbside, sessions.length % 2 ? 'sam' : 'priya'))
writeFileSync(cookies, sessions.join('\n') + '\n', { mode: 0o600 })
await measure('Kerbside', new URL(kerbside.url).port, kerbside.child.pid)
console.log(`  ${kerbside.log.split('\n').filter(line => /code=4408/.test(line)).length} closed with 4408`)
await kerbside.stop()
await sandbox.stop()

const other = spawn(process.execPath, [new URL('fanout_ws.mjs', import.meta.url).pathname, String(CASES)],
  { stdio: ['ignore', 'pipe', 'inherit'] })
const [port] = await once(createInterface({ input: other.stdout }), 'line')
await measure("Node's ws", port, other.pid)
other.kill()
rmSync(dir, { recursive: true, force: true })
