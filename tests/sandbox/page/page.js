// The page where a person plays a resident: writes messages, moves the clock, watches the answers.

const ACCOUNTS = [
  { handle: 'NorthmoorHelp', name: 'Northmoor Council Help' },
  { handle: 'NorthmoorNews', name: 'Northmoor Council News' }
]
const RESIDENTS = [
  { handle: 'elm_close_sam', name: 'Sam Whitlock' },
  { handle: 'priya_northmoor', name: 'Priya Raman' },
  { handle: 'allotment_dave', name: 'Dave Holroyd' },
  { handle: 'quayside_jo', name: 'Jo Pemberton' },
  { handle: 'grace_on_no9', name: 'Grace Adeyemi' }
]
const EXAMPLES = {
  'A missed bin': "our green bin wasn't emptied today, Elm Close. Everyone else's was",
  'A pothole': 'massive pothole outside the post office on Mill Lane, going to wreck a car',
  Gritting: 'are you gritting tonight? supposed to be minus 4',
  'The library': 'how do I join the library?',
  'Something unusual': 'who owns the old clock above the market hall, and does it chime?',
  Praise: 'the planters on the high street look fantastic, well done to the team'
}
const LONDON = 'Europe/London'

const $ = id => document.getElementById(id)
const text = $('text')
const handle = $('handle')

function element (tag, className, content = '') {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.textContent = content // what people wrote is never markup
  return made
}

async function ask (method, path, body) {
  const options = { method }
  if (body !== undefined) {
    options.headers = { 'content-type': 'application/json' }
    options.body = JSON.stringify(body)
  }
  const response = await fetch(path, options)
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer
}

// --- writing ---

const account = $('account')

let replyTo = null // the id of a thread, while answering in it
let editing = null // the id of a post, while changing it

const isCouncil = () => ACCOUNTS.some(each => each.handle === handle.value)
const isMessage = () => !isCouncil() && !editing && $('way-message').checked

function option (value, words) {
  const made = element('option', '', words)
  made.value = value
  return made
}

function fillCompose () {
  handle.append(...RESIDENTS.map(each => option(each.handle, `${each.name} @${each.handle}`)),
    option('', 'Someone else'))
  const council = element('optgroup', '')
  council.label = "The council, in X's own app"
  council.append(...ACCOUNTS.map(each => option(each.handle, each.name)))
  handle.append(council)
  account.append(...ACCOUNTS.map(each => option(each.handle, `@${each.handle}`)))
  for (const [label, example] of Object.entries(EXAMPLES)) {
    const button = element('button', 'button button--quiet', label)
    button.type = 'button'
    button.addEventListener('click', () => {
      stopReplying()
      fillText(prefix() + example)
    })
    const item = element('li')
    item.append(button)
    $('examples').append(item)
  }
}

function fillText (value) {
  text.value = value
  text.focus()
  text.setSelectionRange(value.length, value.length)
}

// What a message to whoever it is for begins with.
function prefix () {
  if (isMessage()) return ''
  if (!isCouncil()) return `@${account.value} `
  return replyTo ? `@${threads.get(replyTo).begunBy} ` : ''
}

// What there is to choose depends on who writes, and on what.
function showChoices () {
  $('other').hidden = handle.value !== ''
  const isSettled = isCouncil() || editing !== null || replyTo !== null
  $('to').hidden = isSettled
  $('ways').hidden = isSettled
  handle.disabled = editing !== null
  if (!editing && /^\s*(@\w+\s*)?$/.test(text.value)) text.value = prefix()
}

function chooseWriter (writer) {
  const known = RESIDENTS.some(resident => resident.handle === writer)
  handle.value = known ? writer : ''
  if (!known) $('handle-other').value = writer
}

function showReplying (words) {
  $('replying-to').textContent = words
  $('replying').hidden = false
}

function startReply (threadId) {
  const thread = threads.get(threadId)
  stopReplying()
  replyTo = threadId
  if (!isCouncil() || thread.isPrivate) chooseWriter(thread.begunBy)
  account.value = thread.account
  $(thread.isPrivate ? 'way-message' : 'way-post').checked = true
  showReplying(`You are answering in the conversation @${thread.begunBy} began.`)
  text.value = ''
  showChoices()
  fillText(prefix())
}

function startEdit (said) {
  stopReplying()
  editing = said.id
  chooseWriter(said.handle)
  showReplying(`You are changing what @${said.handle} wrote.`)
  showChoices()
  fillText(said.text)
}

function stopReplying () {
  replyTo = null
  editing = null
  $('replying').hidden = true
  showChoices()
}

function showError (message) {
  $('error').textContent = message
}

function send (writer) {
  const words = text.value
  if (editing) return ask('POST', `/sandbox/posts/${editing}/edit`, { text: words })
  if (isMessage()) {
    return ask('POST', '/sandbox/messages', { ...writer, to: account.value, text: words })
  }
  const parent = replyTo && { in_reply_to: lastOf(replyTo) }
  return ask('POST', '/sandbox/posts', { ...writer, text: words, ...parent })
}

let posting = false
async function post () {
  if (posting) return
  const writer = [...RESIDENTS, ...ACCOUNTS].find(({ handle: known }) => known === handle.value)
  const written = $('handle-other').value.trim()
  showError('')
  if (!writer && written === '') {
    $('handle-other').focus()
    return showError('Enter a handle.')
  }
  if (text.value.trim() === '') {
    text.focus()
    return showError('Write a message first.')
  }
  posting = true
  try {
    await send(writer ?? { handle: written })
    stopReplying()
    fillText(prefix())
  } catch (error) {
    showError(`That was not posted. ${error.message}`)
  } finally {
    posting = false
  }
}

// --- conversations ---

const shown = new Map() // the id of a post or message to { said, item }
const threads = new Map() // by id: { article, list, begunBy, account, isPrivate }
let announcing = false

const later = (a, b) => a.length - b.length || (a < b ? -1 : Number(a > b))
const isOurs = writer => ACCOUNTS.some(each => each.handle === writer)

function lastOf (threadId) {
  const ids = [...shown.values()].map(({ said }) => said)
    .filter(said => said.conversation_id === threadId).map(said => said.id)
  return ids.sort(later).pop()
}

// A direct message in the form of a post.
function asPost (message) {
  return { ...message, handle: message.from, ours: isOurs(message.from), isPrivate: true }
}

function addSaid (said) {
  if (shown.has(said.id) || !said.text) return
  const thread = threads.get(said.conversation_id) ?? addThread(said)
  const item = showSaid(said)
  const next = [...thread.list.children].find(other => later(other.dataset.id, said.id) > 0)
  thread.list.insertBefore(item, next ?? null)
  shown.set(said.id, { said, item })
  $('empty').hidden = true
  if (announcing && said.ours) announce(`${said.name} replied: ${said.text}`)
}

function addThread (first) {
  const { conversation_id: id, isPrivate = false } = first
  const begunBy = isPrivate && first.ours ? first.to : first.handle
  const named = ACCOUNTS.find(each => first.text.includes('@' + each.handle)) ?? ACCOUNTS[0]
  const to = isPrivate ? (first.ours ? first.from : first.to) : named.handle
  const article = element('article', 'thread')
  Object.assign(article.dataset, { id, begun: isPrivate ? first.id : id })
  const what = isPrivate
    ? `Direct messages of @${begunBy} and @${to}`
    : `Conversation begun by @${begunBy}`
  article.setAttribute('aria-label', what)
  if (isPrivate) article.append(element('h3', 'thread__private', what))
  const list = element('ol', 'thread__posts')
  const reply = button('Reply', `Reply in the conversation begun by @${begunBy}`,
    () => startReply(id))
  reply.className = 'button button--quiet thread__reply'
  article.append(list, reply)
  const older = [...$('threads').children]
    .find(other => later(other.dataset.begun, article.dataset.begun) < 0)
  $('threads').insertBefore(article, older ?? null)
  threads.set(id, { article, list, begunBy, account: to, isPrivate })
  return threads.get(id)
}

function button (words, label, press) {
  const made = element('button', 'button button--plain', words)
  made.type = 'button'
  made.setAttribute('aria-label', label)
  made.addEventListener('click', press)
  return made
}

function showSaid (said) {
  const item = element('li', said.ours ? 'post post--ours' : 'post')
  item.dataset.id = said.id
  const who = element('p', 'post__who')
  const time = element('time', 'post__time', moment(new Date(said.created_at)))
  time.dateTime = said.created_at
  const name = element('strong', '', said.name)
  who.append(name, ' ', element('span', 'post__handle', '@' + said.handle), ' ', time)
  if (said.versions) who.append(' (edited)')
  if (said.by_hand) who.append(" (in X's own app)")
  const words = element('p', 'post__text')
  words.append(...withLinks(said.text))
  item.append(who, words)
  if (!said.ours) item.append(doing(said))
  return item
}

// What its author can do with it.
function doing (said) {
  const list = element('p', 'post__doing')
  const which = `what @${said.handle} wrote: ${said.text.slice(0, 60)}`
  if (!said.isPrivate) list.append(button('Edit', `Edit ${which}`, () => startEdit(said)))
  list.append(button('Delete', `Delete ${which}`, () => take(said)))
  return list
}

async function take (said) {
  const kind = said.isPrivate ? 'messages' : 'posts'
  try {
    await ask('POST', `/sandbox/${kind}/${said.id}/delete`)
    removeSaid(said.id) // of messages no event tells
    announce(`What @${said.handle} wrote is deleted.`)
  } catch (error) {
    announce(`That was not deleted. ${error.message}`)
  }
  $('threads').focus()
}

// Text nodes and real links; nothing but http and https becomes a link.
function withLinks (written) {
  return written.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?'()\]])/i).map((part, n) => {
    if (n % 2 === 0) return document.createTextNode(part)
    const link = element('a', '', part)
    link.href = part
    link.target = '_blank'
    link.rel = 'noopener noreferrer'
    return link
  })
}

function removeSaid (id) {
  const gone = shown.get(id)
  if (!gone) return
  gone.item.remove()
  shown.delete(id)
  if (editing === id) stopReplying()
  const { conversation_id: threadId } = gone.said
  const thread = threads.get(threadId)
  if (thread.list.children.length > 0) return
  if (replyTo === threadId) stopReplying()
  thread.article.remove()
  threads.delete(threadId)
  $('empty').hidden = threads.size > 0
}

function announce (message) {
  const log = $('announce')
  log.append(element('p', '', message))
  while (log.children.length > 5) log.firstChild.remove()
}

// Everything anew, after a connection was lost as well: what came or went meanwhile is put right.
async function load () {
  const before = [...shown.keys()] // what arrives while we ask is not to be taken away again
  const [posts, messages] = await Promise.all(
    [ask('GET', '/sandbox/posts'), ask('GET', '/sandbox/messages')])
  const said = [...posts, ...messages.map(asPost)]
  const ids = new Set(said.map(each => each.id))
  for (const id of before) if (!ids.has(id)) removeSaid(id)
  said.forEach(addSaid)
  announcing = true
}

function listen () {
  const events = new EventSource('/sandbox/events')
  events.addEventListener('open', () => {
    $('lost').textContent = ''
    Promise.all([load(), loadClock()]).catch(lost)
  })
  events.addEventListener('error', lost)
  events.addEventListener('post', event => addSaid(JSON.parse(event.data)))
  events.addEventListener('message', event => addSaid(asPost(JSON.parse(event.data))))
  events.addEventListener('deleted', event => removeSaid(JSON.parse(event.data).id))
  events.addEventListener('clock', event => setTime(JSON.parse(event.data)))
}

function lost () {
  $('lost').textContent = 'The sandbox does not answer. Trying again.'
}

// --- the clock ---

let offset = 0

function moment (date) {
  return date.toLocaleString('en-GB', {
    timeZone: LONDON,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit'
  })
}

function setTime ({ at, moved }) {
  offset = moved ? Date.parse(at) - Date.now() : 0
  $('clock-moved').textContent = moved ? '(moved for trying things out)' : ''
  tick()
}

function tick () {
  const now = new Date(Date.now() + offset)
  const words = moment(now)
  if ($('clock-time').textContent !== words) $('clock-time').textContent = words
  $('clock-time').dateTime = now.toISOString()
}

async function loadClock () {
  const clock = await ask('GET', '/sandbox/clock')
  setTime(clock)
  if (!clock.kerbside_url) return
  $('clock').hidden = false
  $('console').hidden = false
  $('console-link').href = clock.kerbside_url
}

const RESULTS = {
  set: 'Kerbside has the new time.',
  refused: 'Kerbside refused the new time: it was not started for a demonstration.',
  unreachable: 'Kerbside could not be reached; only the messages here carry the new time.'
}

async function moveClock (at) {
  try {
    const { kerbside } = await ask('POST', '/sandbox/clock', { at })
    $('clock-result').textContent = RESULTS[kerbside] ?? ''
  } catch (error) {
    $('clock-result').textContent = `The time was not changed. ${error.message}`
  }
}

// The wall clock in London at a moment, as if it were UTC.
function londonWall (date) {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: LONDON, year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric',
    minute: 'numeric', second: 'numeric', hourCycle: 'h23'
  }).formatToParts(date)
  const part = name => Number(parts.find(({ type }) => type === name).value)
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'),
    part('second'))
}

// The moment at which London's wall clock shows `wall` (milliseconds as if it were UTC).
function fromLondon (wall) {
  const off = at => londonWall(new Date(at)) - at
  const guess = wall - off(wall)
  return new Date(wall - off(guess))
}

// The next time it is this weekday (0 is Sunday) and hour in London.
function next (weekday, hour) {
  const now = Date.now()
  const wall = new Date(londonWall(new Date(now)))
  wall.setUTCHours(hour, 0, 0, 0)
  wall.setUTCDate(wall.getUTCDate() + (weekday - wall.getUTCDay() + 7) % 7)
  if (fromLondon(wall.getTime()) <= now) wall.setUTCDate(wall.getUTCDate() + 7)
  return fromLondon(wall.getTime()).toISOString()
}

// --- begin ---

fillCompose()
showChoices()
handle.addEventListener('change', () => {
  if (isCouncil() && replyTo && threads.get(replyTo).isPrivate) stopReplying()
  showChoices()
  if (handle.value === '') $('handle-other').focus()
})
for (const choice of [account, $('way-post'), $('way-message')]) {
  choice.addEventListener('change', showChoices)
}
$('replying-stop').addEventListener('click', () => {
  stopReplying()
  text.focus()
})
$('compose').addEventListener('submit', event => {
  event.preventDefault()
  post()
})
text.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  post()
})
$('clock-now').addEventListener('click', () => moveClock(null))
$('clock-monday').addEventListener('click', () => moveClock(next(1, 10)))
$('clock-sunday').addEventListener('click', () => moveClock(next(0, 21)))
$('clock').addEventListener('submit', event => {
  event.preventDefault()
  const wall = Date.parse($('clock-at').value + 'Z')
  if (Number.isNaN(wall)) $('clock-result').textContent = 'Choose a day and a time first.'
  else moveClock(fromLondon(wall).toISOString())
})
setInterval(tick, 1000)
listen()
