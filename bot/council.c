#include "bot/council.h"

#include "bot/likely.h"

int council_init(struct council *c, const struct conf *conf, const struct kb_live *live)
{
    *c = (struct council){ conf, live, intents_scratch_new(), ARENA_INIT };
    return c->scratch ? 0 : ERR_NOMEM;
}

void council_release(struct council *c)
{
    c->scratch = intents_scratch_free(c->scratch);
    arena_release(&c->arena);
}

static int64_t working_after(void *data, struct str account, int64_t from, int64_t minutes)
{
    const struct council *c = data;
    const struct hours *hours = c->conf->hours;
    for (size_t i = 0; i < c->conf->account_count; i++)
        if (c->conf->accounts[i].hours && str_is(account, c->conf->accounts[i].handle))
            hours = c->conf->accounts[i].hours;
    return hours_after(hours, from, minutes);
}

/* Appends @text unless it is there or empty. */
static void add_once(cJSON *list, struct str text)
{
    cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (str_eq(json_str(item), text))
            return;
    }
    if (text.len)
        (void)json_add_str(list, text);
}

static void describe(void *data, cJSON *ret)
{
    const struct council *c = data;
    const struct kb *kb = c->live->kb;
    cJSON *accounts = cJSON_AddArrayToObject(ret, "accounts"),
          *teams = cJSON_AddArrayToObject(ret, "teams"),
          *departments = cJSON_AddArrayToObject(ret, "departments"),
          *links = cJSON_AddArrayToObject(ret, "links"),
          *canned = cJSON_AddArrayToObject(ret, "canned");
    for (size_t i = 0; i < kb->canned_count; i++) {
        cJSON *one = cJSON_CreateObject();
        (void)json_put_str(one, "id", kb->canned[i].id);
        (void)json_put_str(one, "title", kb->canned[i].title);
        (void)json_put_str(one, "text", kb->canned[i].text);
        (void)cJSON_AddItemToArray(canned, one);
    }
    add_once(teams, STR("customer services"));
    for (size_t i = 0; i < c->conf->account_count; i++) {
        add_once(accounts, str_of(c->conf->accounts[i].handle));
        if (c->conf->accounts[i].team)
            add_once(teams, str_of(c->conf->accounts[i].team));
    }
    for (size_t i = 0; i < kb->rule_count; i++)
        add_once(teams, kb->rule[i].team);
    for (size_t i = 0; i < kb->intent_count; i++) {
        add_once(departments, kb->intent[i].department);
        cJSON *link = cJSON_CreateObject();
        (void)json_put_str(link, "title", kb->intent[i].title);
        (void)json_put_str(link, "url", kb->intent[i].link);
        (void)cJSON_AddItemToArray(links, link);
    }
}

static const struct conf_account *account_of(const struct council *c, struct str handle)
{
    for (size_t i = 0; i < c->conf->account_count; i++)
        if (str_is(handle, c->conf->accounts[i].handle))
            return &c->conf->accounts[i];
    return &c->conf->accounts[0]; /* one that is configured no more */
}

static int suggest(void *data, struct str account, struct str text, int64_t now, cJSON *ret_list)
{
    struct council *c = data;
    const struct conf_account *to = account_of(c, account);
    const struct decider decider = { c->live->kb, c->scratch };
    struct wording_context context = { .voice = kb_wording_of(decider.kb, str_of(to->voice)),
                                       .hours = to->hours,
                                       .now = now,
                                       .seed = str_hash(text) };
    struct likely likely[LIKELY_MAX];
    arena_clear(&c->arena);
    int count = likely_find(&decider, &c->arena, text, &context, likely);
    for (int i = 0; i < count; i++) {
        const struct kb_intent *intent = likely[i].intent;
        cJSON *one = cJSON_CreateObject();
        (void)json_put_str(one, "intent", intent->id);
        (void)json_put_str(one, "title", intent->title);
        (void)json_put_str(one, "text", likely[i].text);
        (void)json_put_str(one, "link", intent->link);
        (void)cJSON_AddNumberToObject(one, "score", likely[i].score);
        (void)cJSON_AddFalseToObject(one, "would");
        (void)cJSON_AddItemToArray(ret_list, one);
    }
    return count < 0 ? count : 0;
}

static const struct kb_list *greetings(void *data, struct str account)
{
    const struct council *c = data;
    struct str voice = STR("");
    for (size_t i = 0; i < c->conf->account_count; i++)
        if (str_is(account, c->conf->accounts[i].handle))
            voice = str_of(c->conf->accounts[i].voice);
    const struct kb_wording *wording = kb_wording_of(c->live->kb, voice);
    return &(wording ? wording : &c->live->kb->wording)->greetings;
}

struct desk council_desk(struct council *c)
{
    const struct conf *conf = c->conf;
    return (struct desk){
        .undo_s = conf->undo_s,
        .unhelped = conf->unhelped,
        .due_minutes = { conf->due_minutes[0], conf->due_minutes[1], conf->due_minutes[2] },
        .lease_minutes = conf->lease_minutes,
        .warn_minutes = conf->warn_minutes,
        .reference_prefix = str_of(conf->reference_prefix),
        .working_after = working_after,
        .describe = describe,
        .suggest = suggest,
        .greetings = greetings,
        .data = c,
        .live = c->live,
    };
}
