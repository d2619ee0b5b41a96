// From a resident's post to our reply under it, through real sockets: the sandbox, the kerbside binary and the demo's 200 ms between reads.
// Also start to ready and memory at rest. Prints figures; asserts nothing.
//
//   node tests/bench/reply.mjs build/release/kerbside [posts]
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { startSandbox } from '../sandbox/sandbox.mjs'

const kerbside = resolve(process.argv[2] ?? 'build/release/kerbside')
const posts = Number(process.argv[3] ?? 40) // with more, it would stop: ARCHITECTURE.md, "What may leave"
const dir = mkdtempSync(join(tmpdir(), 'kerbside-bench-'))
const sandbox = await startSandbox({ port: 0, token: 'bench-token', limits: 'off' })

const demo = JSON.parse(readFileSync('config/demo.json', 'utf8'))
Object.assign(demo, { kb: resolve('kb/content'), database: join(dir, 'kerbside.db') })
demo.hours.holidays = resolve('config/bank-holidays.json')
demo.console.port = 0
demo.x.api = sandbox.url.replace(/\/$/, '')
demo.accounts[0].token_file = join(dir, 'token')
writeFileSync(join(dir, 'token'), 'bench-token\n', { mode: 0o600 })
writeFileSync(join(dir, 'demo.json'), JSON.stringify(demo))

const began = process.hrtime.bigint()
const child = spawn(kerbside, ['serve', '--config', join(dir, 'demo.json')], { stdio: ['ignore', 'pipe', 'ignore'] })
for await (const line of createInterface({ input: child.stdout })) {
  if (line.startsWith('kerbside ready')) break
}
console.log(`start to ready: ${Number(process.hrtime.bigint() - began) / 1e6 | 0} ms`)

const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1])
console.log(`memory at rest: ${(rss() / 1024).toFixed(1)} MB`)

const base = sandbox.url.replace(/\/$/, '')
const took = []
for (let n = 0; n < posts; n++) {
  const text = '@NorthmoorHelp my green bin hasn\'t been emptied, Elm Close'
  const from = process.hrtime.bigint()
  const { id } = await (await fetch(`${base}/sandbox/posts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handle: `resident_${n}`, text })
  })).json()
  for (;;) {
    const all = await (await fetch(`${base}/sandbox/posts`)).json()
    if (all.some(post => post.ours && post.in_reply_to === id)) break
    if (process.hrtime.bigint() - from > 10_000_000_000n) throw new Error(`no reply to ${id}`)
  }
  took.push(Number(process.hrtime.bigint() - from) / 1e6)
}
took.sort((a, b) => a - b)
console.log(`post to reply over ${posts}: median ${took[posts >> 1] | 0} ms, worst ${took[posts - 1] | 0} ms`)
console.log(`memory after: ${(rss() / 1024).toFixed(1)} MB`)

child.kill('SIGTERM')
await sandbox.stop()
process.exit(0)
rmSync(dir, { recursive: true })
