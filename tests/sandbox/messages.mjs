// Private messages between an account and a resident. Kept in memory only.

import { isObject, readJson, unknownMembers } from './body.mjs'
import { need, ok, onlyMembers } from './input.mjs'
import { isId, list, parseTime } from './params.mjs'
import { paginate } from './reading.mjs'
import { invalid, notFound, plainProblem, problem } from './refusals.mjs'
import { renderUser } from './render.mjs'
import { ACCOUNTS } from './store.mjs'
import { isSigned } from './watch.mjs'

const READ = { app: false, oauth1: true, scopes: ['dm.read', 'tweet.read', 'users.read'] }
const WRITE = { app: false, oauth1: true, scopes: ['dm.write', 'tweet.read', 'users.read'] }
const REACH_MS = 30 * 24 * 60 * 60 * 1000
// Commonly named; X's pages say nothing about it.
const LONGEST = 10000
const TYPES = ['MessageCreate', 'ParticipantsJoin', 'ParticipantsLeave']
const FIELDS = ['attachments', 'created_at', 'dm_conversation_id', 'entities', 'event_type', 'id',
  'text']
const EXPANSIONS = ['attachments.media_keys', 'participant_ids', 'referenced_posts', 'sender_id']

// Why somebody cannot be written to, in X's two wordings.
const DOORS = {
  no_permission: 'You do not have permission to DM one or more participants.',
  not_permitted: 'This operation is not permitted.'
}

const OPT_OUT = /\bstop\b|\bopt(?:ing)?[ -]?out\b|\bunsubscribe\b/i
const PRIVACY = /\b[a-z0-9-]+\.[a-z]{2,}\/\S*privacy/i

const conversationOf = (a, b) => BigInt(a) < BigInt(b) ? `${a}-${b}` : `${b}-${a}`

export class Messages {
  #events = new Map() // by id, oldest first
  #byUser = new Map() // id of an account to its events, oldest first
  #invited = new Set() // conversations that staff asked for

  constructor (world) { this.world = world }

  get (id) { return this.#events.get(id) }

  all () { return [...this.#events.values()] }

  // Newest first: what an account sees, of the last 30 days.
  of (account) {
    const oldest = this.world.clock.now() - REACH_MS
    return (this.#byUser.get(account) ?? [])
      .filter(event => this.#events.has(event.id) && !event.hiddenFrom.has(account) &&
        Date.parse(event.created_at) >= oldest)
      .reverse()
  }

  between (account, other) {
    const conversation = conversationOf(account, other)
    return this.of(account).filter(event => event.dm_conversation_id === conversation)
  }

  invite (account, other) { this.#invited.add(conversationOf(account, other)) }

  isInvited (account, other) { return this.#invited.has(conversationOf(account, other)) }

  // `event` is { sender_id, recipient_id, text } for a message, { event_type, sender_id,
  // recipient_id } for somebody who comes into a group or leaves it.
  add ({ event_type: type = 'MessageCreate', created_at: at, ...event }) {
    const { store, clock, control, activity } = this.world
    const id = store.newId()
    const kept = {
      id,
      event_type: type,
      dm_conversation_id: type === 'MessageCreate'
        ? conversationOf(event.sender_id, event.recipient_id)
        : id,
      created_at: at ?? new Date(clock.now()).toISOString(),
      hiddenFrom: new Set(),
      ...event
    }
    this.#events.set(id, kept)
    for (const user of [event.sender_id, event.recipient_id]) {
      if (!this.#byUser.has(user)) this.#byUser.set(user, [])
      this.#byUser.get(user).push(kept)
    }
    control.tell('message', describe(this.world, kept))
    if (type === 'MessageCreate') activity.onMessage(kept)
    return kept
  }

  delete (id) { return this.#events.delete(id) }
}

// --- endpoints ---

const PAGE = {
  known: ['max_results', 'pagination_token', 'event_types', 'dm_event.fields', 'expansions',
    'user.fields', 'post.fields', 'media.fields'],
  page: [1, 100],
  read: { event_types: list(TYPES), 'dm_event.fields': list(FIELDS), expansions: list(EXPANSIONS) }
}

export const messageRoutes = [
  {
    endpoint: 'send_message',
    method: 'POST',
    path: '/2/dm_conversations/with/:participant_id/messages',
    tokens: WRITE,
    limits: { user: 15, user_day: 1440, app_day: 1440 },
    answer: send
  },
  {
    endpoint: 'messages',
    method: 'GET',
    bills: 'dm',
    path: '/2/dm_events',
    tokens: READ,
    limits: { user: 15 },
    query: PAGE,
    answer: (world, request) => page(world, request, world.messages.of(request.caller.user.id))
  },
  {
    endpoint: 'conversation',
    method: 'GET',
    bills: 'dm',
    path: '/2/dm_conversations/with/:participant_id/dm_events',
    tokens: READ,
    limits: { user: 15 },
    query: PAGE,
    answer (world, request) {
      const { caller, args: { participant_id: id } } = request
      if (!isId(id)) return invalid([wrongId('participant_id', id)])
      return page(world, request, world.messages.between(caller.user.id, id))
    }
  },
  {
    endpoint: 'message',
    method: 'GET',
    bills: 'dm',
    path: '/2/dm_events/:id',
    tokens: READ,
    limits: { user: 15 },
    query: { ...PAGE, known: PAGE.known.slice(3) },
    answer: one
  },
  {
    endpoint: 'delete_message',
    method: 'DELETE',
    path: '/2/dm_events/:id',
    tokens: { app: false, oauth1: true, scopes: ['dm.read', 'dm.write'] },
    limits: { user: 300, user_day: 1500, app_day: 4000 },
    answer: remove
  }
]

const wrongId = (name, id) =>
  problem(name, id, `The \`${name}\` query parameter value [${id}] is not valid`)

const noMessage = id => {
  const { resource_id: resource, resource_type: kind, ...rest } = notFound('dm_event', 'id', id)
  return { status: 404, body: { ...rest, resource_id: resource, resource_type: kind, status: 404 } }
}

function one (world, { caller, args: { id }, params, view }) {
  const event = world.messages.of(caller.user.id).find(other => other.id === id)
  if (!event) return noMessage(id)
  const { data: [data], ...rest } = withIncludes(world, [event], params, view, caller.user)
  return { status: 200, body: { data, ...rest } }
}

// Deleting takes a message out of the account's own view.
function remove ({ messages }, { caller, args: { id } }) {
  const event = messages.of(caller.user.id).find(other => other.id === id)
  if (!event) return noMessage(id)
  event.hiddenFrom.add(caller.user.id)
  return { status: 200, body: { data: { deleted: true } } }
}

function page (world, { caller, params, view }, events) {
  const { event_types: types = TYPES } = params
  const wanted = events.filter(event => types.includes(event.event_type))
  const { page: shown, meta } = paginate(wanted, { max_results: 100, ...params })
  const { newest_id: newest, oldest_id: oldest, ...rest } = meta
  const body = withIncludes(world, shown, params, view, caller.user)
  return { status: 200, body: { ...body, meta: rest } }
}

function withIncludes ({ store }, events, params, view, viewer) {
  const expand = params.expansions ?? []
  const asked = params['dm_event.fields'] ?? []
  const fields = new Set(['id', 'event_type', 'text', ...asked, ...expand])
  const people = new Set()
  const data = events.map(event => {
    const json = {}
    for (const name of fields) if (event[name] !== undefined) json[name] = event[name]
    if (event.event_type !== 'MessageCreate') json.participant_ids = [event.recipient_id]
    if (expand.includes('sender_id')) people.add(store.user(event.sender_id))
    if (expand.includes('participant_ids') && json.participant_ids) {
      people.add(store.user(event.recipient_id))
    }
    return json
  })
  const users = [...people].map(user => renderUser(user, view, viewer))
  return { ...(data.length && { data }), ...(users.length && { includes: { users } }) }
}

function send (world, { headers, body, caller, args: { participant_id: id } }) {
  const { messages, store } = world
  const { value, errors } = readJson(headers, body, ['text', 'attachments'])
  if (errors) return invalid(errors)
  const wrong = isId(id) ? [] : [wrongId('participant_id', id)]
  if (id === caller.user.id) {
    wrong.push(problem('participant_id', id, 'You cannot message yourself'))
  }
  wrong.push(...textProblems(value), ...attachmentProblems(value))
  if (wrong.length) return invalid(wrong)
  const other = store.user(id)
  // X's body for somebody who is not there is not documented.
  if (!other) {
    return { status: 404, body: { ...notFound('user', 'participant_id', id), status: 404 } }
  }
  const violation = watch(world, caller.user, other, value.text)
  if (other.door) return { ...plainProblem(403, 'Forbidden', DOORS[other.door]), violation }
  const { id: event, dm_conversation_id: conversation } = messages.add({
    sender_id: caller.user.id, recipient_id: id, text: value.text
  })
  return {
    status: 201,
    bill: 'dm',
    violation,
    body: { data: { dm_conversation_id: conversation, dm_event_id: event } }
  }
}

function textProblems ({ text, attachments }) {
  if (text === undefined && attachments !== undefined) return []
  if (typeof text !== 'string' || text === '') {
    return [problem('text', JSON.stringify(text), '$.text: must be a text that is not empty')]
  }
  return [...text].length > LONGEST
    ? [problem('text', '', `$.text: must have at most ${LONGEST} characters`)]
    : []
}

// Media cannot be uploaded here, so none that is named exists.
function attachmentProblems ({ attachments }) {
  if (attachments === undefined) return []
  const fits = Array.isArray(attachments) && attachments.length === 1 && isObject(attachments[0]) &&
    unknownMembers(attachments[0], ['media_id'], '').length === 0 && isId(attachments[0].media_id)
  const message = fits ? 'Your media IDs are invalid.' : '$.attachments: must be one {media_id}'
  return [problem('attachments', JSON.stringify(attachments), message)]
}

// X's rules for automated messages: only to who wrote first, or was invited by staff, and the first
// one names a way out and the privacy policy. A member of staff who signs is no automaton.
function watch ({ messages, settings }, account, other, text = '') {
  const before = messages.between(account.id, other.id)
  const broken = []
  if (!before.some(event => event.sender_id === other.id) &&
    !messages.isInvited(account.id, other.id)) {
    broken.push(`a message to @${other.username}, who never wrote to @${account.username}`)
  }
  if (settings.message_watch && !isSigned(text) && !before.some(event => event.sender_id === account.id)) {
    if (!OPT_OUT.test(text)) broken.push('a first message without a way to opt out')
    if (!PRIVACY.test(text)) broken.push('a first message without a link to the privacy policy')
  }
  return broken.length ? broken.join('; ') : undefined
}

// --- control ---

const nameOf = (store, id) => store.user(id).username

const describe = ({ store }, event) => ({
  id: event.id,
  type: event.event_type,
  from: nameOf(store, event.sender_id),
  name: store.user(event.sender_id).name,
  to: nameOf(store, event.recipient_id),
  text: event.text,
  created_at: event.created_at,
  conversation_id: event.dm_conversation_id
})

function resident ({ store }, handle, name) {
  need(typeof handle === 'string' && /^@?[A-Za-z0-9_]{1,15}$/.test(handle),
    'handle: 1 to 15 letters, digits or _')
  return store.ensureUser(handle.replace(/^@/, ''), name)
}

function accountOf ({ store }, handle = ACCOUNTS[0].username) {
  const account = ACCOUNTS.find(({ username }) => username === handle)
  need(account, `to: must be one of ${ACCOUNTS.map(({ username }) => username).join(', ')}`)
  return store.user(account.id)
}

function write (world, { body }) {
  onlyMembers(body, ['handle', 'name', 'to', 'text', 'created_at', 'event_type'])
  const { text, created_at: at, event_type: type = 'MessageCreate' } = body
  need(TYPES.includes(type), `event_type: must be one of ${TYPES.join(', ')}`)
  const speaks = type === 'MessageCreate'
  need(!speaks || (typeof text === 'string' && text !== ''),
    'text: must be a text that is not empty')
  const moment = at === undefined || at === null ? null : parseTime(at)
  need(!Number.isNaN(moment), 'created_at: must be an RFC 3339 date and time')
  const event = world.messages.add({
    event_type: type,
    sender_id: resident(world, body.handle, body.name).id,
    recipient_id: accountOf(world, body.to).id,
    ...(speaks && { text }),
    ...(moment !== null && { created_at: new Date(moment).toISOString() })
  })
  return { status: 201, body: { id: event.id, conversation_id: event.dm_conversation_id } }
}

export const messageControl = [
  {
    method: 'GET',
    path: '/sandbox/messages',
    answer: world => ok(world.messages.all().map(event => describe(world, event)))
  },
  { method: 'POST', path: '/sandbox/messages', answer: write },
  {
    method: 'POST',
    path: '/sandbox/messages/:id/delete',
    answer ({ messages }, { args: { id } }) {
      if (!messages.delete(id)) return { status: 404, body: { error: 'no such message' } }
      return ok({ id, deleted: true })
    }
  },
  {
    method: 'POST',
    path: '/sandbox/messages/door',
    answer (world, { body }) {
      onlyMembers(body, ['handle', 'closed'])
      const { closed } = body
      need(closed === null || Object.hasOwn(DOORS, closed),
        `closed: must be ${Object.keys(DOORS).join(', ')}, or null for open`)
      resident(world, body.handle).door = closed ?? undefined
      return ok({ handle: body.handle, closed })
    }
  },
  {
    method: 'POST',
    path: '/sandbox/messages/invites',
    answer (world, { body }) {
      onlyMembers(body, ['handle', 'to'])
      const account = accountOf(world, body.to)
      world.messages.invite(account.id, resident(world, body.handle).id)
      return { status: 201, body: { handle: body.handle, to: account.username } }
    }
  }
]
