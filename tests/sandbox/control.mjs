// The endpoints under /sandbox/: writing as a resident, looking behind the scenes, ordering faults,
// moving the clock. They are for tests and for the page, and only answer this machine.

import http from 'node:http'
import https from 'node:https'
import { activityControl } from './activity.mjs'
import { faultProblem } from './faults.mjs'
import { need, ok, onlyMembers } from './input.mjs'
import { KINDS, MODES } from './limits.mjs'
import { loginControl } from './login.mjs'
import { messageControl } from './messages.mjs'
import { placeProblem, PLACES } from './misbehaviour.mjs'
import { isId, parseTime } from './params.mjs'
import { editsLeft } from './render.mjs'
import { endpointNames, Router, ROUTES } from './routes.mjs'
import { settingsControl } from './settings.mjs'
import { stormControl } from './storm.mjs'
import { ACCOUNTS, STATES } from './store.mjs'
import { streamControl } from './stream.mjs'
import { webhookControl } from './webhooks.mjs'
import { hasForbiddenCharacter } from './weigh.mjs'

const LONGEST_POST = 25000
const KERBSIDE_TIMEOUT_MS = 30000

// A row is { method, path, answer }: `answer (world, { args, body })` gives { status, body }, or
// { events: true } for the stream of events; `body` is the parsed JSON or undefined. Other files
// bring rows of their own.
const ROWS = [
  {
    method: 'GET',
    path: '/sandbox/posts',
    answer: ({ store, control }) => ok(store.posts().map(post => control.describe(post)))
  },
  { method: 'POST', path: '/sandbox/posts', answer: write },
  { method: 'POST', path: '/sandbox/posts/:id/delete', answer: remove },
  { method: 'POST', path: '/sandbox/posts/:id/edit', answer: edit },
  { method: 'POST', path: '/sandbox/posts/:id/withhold', answer: withhold },
  {
    method: 'GET',
    path: '/sandbox/users',
    answer: ({ store }) => ok(store.users().map(user => describeUser(store, user)))
  },
  { method: 'POST', path: '/sandbox/users/:handle', answer: change },
  { method: 'GET', path: '/sandbox/requests', answer: ({ log }) => ok(log.entries) },
  {
    method: 'DELETE',
    path: '/sandbox/requests',
    answer ({ log }) {
      log.clear()
      return ok([])
    }
  },
  { method: 'GET', path: '/sandbox/faults', answer: ({ faults }) => ok(faults.list()) },
  { method: 'POST', path: '/sandbox/faults', answer: order },
  {
    method: 'DELETE',
    path: '/sandbox/faults',
    answer ({ faults }) {
      faults.clear()
      return ok([])
    }
  },
  { method: 'GET', path: '/sandbox/limits', answer: ({ limits }) => ok(limits.describe(ROUTES)) },
  { method: 'POST', path: '/sandbox/limits', answer: limit },
  { method: 'GET', path: '/sandbox/bill', answer: ({ bill }) => ok(bill.describe()) },
  {
    method: 'DELETE',
    path: '/sandbox/bill',
    answer ({ bill }) {
      bill.clear()
      return ok(bill.describe())
    }
  },
  { method: 'GET', path: '/sandbox/clock', answer: ({ control }) => ok(control.time()) },
  { method: 'POST', path: '/sandbox/clock', answer: move },
  { method: 'GET', path: '/sandbox/events', answer: () => ({ events: true }) },
  ...loginControl, ...messageControl, ...settingsControl, ...streamControl, ...activityControl,
  ...webhookControl, ...stormControl
]

export class Control {
  #listeners = new Set()
  #router = new Router(ROWS)

  constructor (world, kerbside) {
    this.world = world
    this.kerbside = kerbside
    world.store.on('post', post => this.tell('post', this.describe(post)))
    world.store.on('deleted', id => this.tell('deleted', { id }))
    world.store.on('edited', ({ post, former }) => {
      this.tell('deleted', { id: former.id })
      this.tell('post', this.describe(post))
    })
  }

  async answer (method, path, body) {
    const { route, args, refusal } = this.#router.find(method, path)
    if (refusal) return { status: 404, body: { error: `no such endpoint: ${method} ${path}` } }
    return route.answer(this.world, { args, body })
  }

  // A post as written, for tests and the page.
  describe (post) {
    const { store } = this.world
    const author = store.user(post.author_id)
    const described = {
      id: post.id,
      handle: author.username,
      name: author.name,
      text: post.text,
      created_at: post.created_at,
      conversation_id: post.conversation_id,
      in_reply_to: post.in_reply_to,
      ours: store.isOurs(post)
    }
    return {
      ...described,
      ...(post.quote && { quote: post.quote }),
      ...(post.repost_of && { repost: post.repost_of }),
      ...(post.versions.length > 1 && { versions: post.versions }),
      ...(described.ours && !post.by_api && { by_hand: true })
    }
  }

  // Adds a server-sent events connection; the caller has written its head.
  listen (res) {
    this.#listeners.add(res)
    res.write('retry: 1000\n\n')
    res.on('close', () => this.#listeners.delete(res))
  }

  // To everybody who listens.
  tell (event, data) {
    const frame = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    for (const res of this.#listeners) res.write(frame)
  }

  time () {
    const { clock } = this.world
    const at = new Date(clock.now()).toISOString()
    return { at, moved: clock.moved(), kerbside_url: this.kerbside ?? null }
  }
}

const isMoment = at => at === undefined || at === null || !Number.isNaN(parseTime(at))

function needText (text) {
  need(typeof text === 'string' && text.trim() !== '', 'text: must be a text that is not empty')
  need([...text].length <= LONGEST_POST, `text: at most ${LONGEST_POST} characters`)
  need(!hasForbiddenCharacter(text), 'text: holds a character that no post may hold')
}

function needHandle (given, member) {
  need(typeof given === 'string', `${member}: must be a text`)
  const handle = given.replace(/^@/, '')
  need(/^[A-Za-z0-9_]{1,15}$/.test(handle), `${member}: 1 to 15 letters, digits or _`)
  return handle
}

function needName (name) {
  need(name === undefined || (typeof name === 'string' && /^\S.{0,49}$/su.test(name)),
    'name: must be a text of 1 to 50 characters')
}

// As a resident, or as an account of ours in X's own app.
function write ({ store }, { body }) {
  onlyMembers(body, ['handle', 'name', 'text', 'in_reply_to', 'quote', 'repost', 'created_at'])
  const { name, in_reply_to: parent, quote, repost, created_at: at } = body
  const handle = needHandle(body.handle, 'handle')
  needName(name)
  const known = (id, member) => need(id === undefined || id === null ||
    (isId(id) && store.post(id)), `${member}: no such post`)
  known(parent, 'in_reply_to')
  known(quote, 'quote')
  known(repost, 'repost')
  need(!repost || ![body.text, parent, quote].some(Boolean), 'repost: goes with nothing else')
  if (!repost) needText(body.text)
  need(isMoment(at), 'created_at: must be an RFC 3339 date and time')
  const author = store.ensureUser(handle, name)
  const other = repost && store.post(repost)
  const post = store.addPost({
    authorId: author.id,
    text: other ? `RT @${store.user(other.author_id).username}: ${other.text}` : body.text,
    inReplyTo: parent ?? null,
    quote: quote ?? null,
    createdAt: at ? new Date(parseTime(at)).toISOString() : null,
    ...(other && { repost_of: repost })
  })
  return { status: 201, body: { id: post.id, conversation_id: post.conversation_id } }
}

function edit ({ store }, { args: { id }, body }) {
  onlyMembers(body, ['text'])
  needText(body.text)
  const post = store.post(id)
  if (!post) return { status: 404, body: { error: 'no such post' } }
  need(!post.repost_of, 'a repost can not be edited')
  need(editsLeft(post) > 0, 'the post was edited too often')
  return { status: 201, body: { id: store.editPost(id, body.text).id } }
}

function withhold ({ store }, { args: { id } }) {
  if (!store.post(id)) return { status: 404, body: { error: 'no such post' } }
  store.withholdPost(id)
  return ok({ id, withheld: true })
}

function describeUser (store, { id, username, name, state = 'active', blocks = [] }) {
  return { id, handle: username, name, state, blocks: blocks.map(id => store.user(id).username) }
}

// Something about a resident changes: how others see them, whom of us they block, what they are
// called.
function change ({ store }, { args, body }) {
  onlyMembers(body, ['state', 'blocks', 'handle', 'name'])
  const user = store.ensureUser(needHandle(args.handle, 'the path'))
  const { state, blocks, handle, name } = body
  need(state === undefined || STATES.includes(state), `state: must be one of ${STATES.join(', ')}`)
  needName(name)
  const ours = ACCOUNTS.map(({ username }) => username)
  need(blocks === undefined || (Array.isArray(blocks) && blocks.every(each => ours.includes(each))),
    `blocks: must be a list with some of ${ours.join(', ')}`)
  if (handle !== undefined) {
    const owner = store.userByHandle(needHandle(handle, 'handle'))
    need(!owner || owner === user, 'handle: is taken')
  }
  store.changeUser(user, {
    ...(state && { state }),
    ...(blocks && { blocks: blocks.map(each => store.userByHandle(each).id) }),
    ...(handle && { username: handle.replace(/^@/, '') }),
    ...(name && { name })
  })
  return ok(describeUser(store, user))
}

function remove ({ store }, { args: { id } }) {
  if (!store.deletePost(id)) return { status: 404, body: { error: 'no such post' } }
  return ok({ id, deleted: true })
}

function order ({ faults }, { body }) {
  onlyMembers(body, ['on', 'kind', 'times', 'after', 'delay_ms', 'reset_in_s', 'taken', 'rate',
    'at', 'pieces', 'disconnect_type'])
  const problem = Object.hasOwn(PLACES, body.on)
    ? placeProblem(body)
    : faultProblem([...endpointNames(ROUTES), ...Object.keys(PLACES)], body)
  need(problem === null, problem)
  return { status: 201, body: faults.add(body) }
}

function limit ({ limits }, { body }) {
  onlyMembers(body, ['mode', 'window_s', 'day_s',
    ...endpointNames(ROUTES.filter(route => route.limits))])
  const { mode, ...numbers } = body
  need(mode === undefined || MODES.includes(mode), `mode: must be one of ${MODES.join(', ')}`)
  const whole = (name, value) =>
    need(Number.isInteger(value) && value >= 0, `${name}: must be a whole number`)
  for (const [name, value] of Object.entries(numbers)) {
    if (value === null || typeof value !== 'object' || name.endsWith('_s')) {
      whole(name, value)
      continue
    }
    onlyMembers(value, KINDS)
    for (const [kind, limit] of Object.entries(value)) whole(`${name}.${kind}`, limit)
  }
  limits.set(body)
  return ok(limits.describe(ROUTES))
}

async function move ({ clock, control }, { body }) {
  onlyMembers(body, ['at'])
  need('at' in body, 'at: is missing')
  const moment = body.at === null ? null : parseTime(body.at)
  need(!Number.isNaN(moment), 'at: must be an RFC 3339 date and time, or null')
  clock.set(moment)
  const { at, moved } = control.time()
  control.tell('clock', { at, moved })
  const kerbside = control.kerbside ? await forward(control.kerbside, body) : 'not given'
  return ok({ at, kerbside })
}

// Tells Kerbside of the new time; how that went.
function forward (kerbside, body) {
  const url = new URL('demo/clock', kerbside.endsWith('/') ? kerbside : kerbside + '/')
  const client = url.protocol === 'https:' ? https : http
  const text = JSON.stringify(body)
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'user-agent': 'kerbside-sandbox'
  }
  return new Promise(resolve => {
    const options = {
      method: 'POST', headers, agent: false, signal: AbortSignal.timeout(KERBSIDE_TIMEOUT_MS)
    }
    const request = client.request(url, options, response => {
      response.resume()
      resolve(response.statusCode >= 200 && response.statusCode < 300 ? 'set' : 'refused')
    })
    request.on('error', () => resolve('unreachable'))
    request.end(text)
  })
}
