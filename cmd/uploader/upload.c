/* upload - one granule: stored, then announced */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "granule/cnm.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "announced.h"
#include "upload.h"

#define MD5_HEX 32
#define SIDECAR_MAX 4096

/* What is known of a granule on its way. */
struct granule {
	const struct uploader *c;
	struct upload *u;
	char *sidecar;			/* path of NAME.nc.md5 */
	char *sidecar_key, *sidecar_url;
	struct store_object data;	/* the granule: what its sidecar says, then what was stored */
	struct store_object checksum;	/* the sidecar itself */
	struct announced journal;
};

struct upload *
upload_new(const char *path, size_t number)
{
	struct upload *u = xarray(1, sizeof(*u));

	u->number = number;
	u->type = PTYPE_COUNT;
	u->path = xstrdup(path);
	item_begin(&u->item, u->path);
	return u;
}

void
upload_free(struct upload *u)
{
	item_fini(&u->item);
	free(u->path);
	free(u->key);
	free(u->url);
	free(u->message);
	free(u);
}

/* Dataset and type of the granule, and that it is there. */
static int
identify(struct granule *g, struct err *e)
{
	const struct dataset *by_dir;
	struct upload *u = g->u;
	struct l2p_name name;
	int there;

	if (l2p_parse(u->path, &name, e) < 0)
		return -1;
	if (g->c->ds != NULL && g->c->ds != name.ds)
		return err_set(e, E_DATA, "%s: not a granule of %s", u->path, g->c->ds->key);
	u->ds = name.ds;
	layout_of_dir(u->path, &by_dir, &u->type);
	if (u->type == PTYPE_COUNT)
		u->type = g->c->type;
	else if (g->c->type != PTYPE_COUNT && g->c->type != u->type)
		return err_set(e, E_DATA, "%s: is %s by its directory, not %s", u->path, ptype_name(u->type),
		    ptype_name(g->c->type));
	there = file_look(u->path, NULL, e);
	return there == 0 ? err_set(e, E_MISSING, "%s: No such file or directory", u->path) : there < 0 ? -1 : 0;
}

/* Key and URL of the granule and its sidecar. */
static int
name_objects(struct granule *g, struct err *e)
{
	struct upload *u = g->u;

	u->key = xfmt("%s/%s", u->ds->key, str_base(u->path));
	item_set(&u->item, "key", "s", u->key);
	u->url = store_url(g->c->store, u->key, e);
	if (u->url == NULL)
		return -1;
	g->sidecar_key = xfmt("%s.md5", u->key);
	g->sidecar_url = store_url(g->c->store, g->sidecar_key, e);
	return g->sidecar_url == NULL ? -1 : 0;
}

/* The one line of a sidecar: 32 digits, two blanks, the granule's name. */
static int
parse_sidecar(struct granule *g, const char *text, struct err *e)
{
	const char *base = str_base(g->u->path);

	if (strspn(text, "0123456789abcdef") != MD5_HEX || !str_starts(text + MD5_HEX, "  ") ||
	    !str_ends(text, "\n") || strcspn(text, "\n") != strlen(text) - 1)
		return err_set(e, E_DATA, "%s: not a checksum line of 32 digits, two blanks and a name", g->sidecar);
	if (strlen(text) != MD5_HEX + 2 + strlen(base) + 1 || !str_starts(text + MD5_HEX + 2, base))
		return err_set(e, E_DATA, "%s: names another file", g->sidecar);
	xsnprintf(g->data.md5, sizeof(g->data.md5), "%.*s", MD5_HEX, text);
	return 0;
}

static int
read_sidecar(struct granule *g, struct err *e)
{
	char hex[DIGEST_HEX_SIZE], *text;
	int there = file_look(g->sidecar, NULL, e), ret = -1;

	if (there == 0) {
		g->u->step = STEP_SIDECAR;
		err_set(e, E_MISSING, "%s: no checksum file %s.md5 beside it", g->u->path, str_base(g->u->path));
	}
	if (there <= 0)
		return -1;
	text = file_read(g->sidecar, SIDECAR_MAX, e);
	if (text != NULL && parse_sidecar(g, text, e) == 0) {
		digest_text(DIGEST_MD5, text, hex);
		g->checksum.size = strlen(text);
		xsnprintf(g->checksum.md5, sizeof(g->checksum.md5), "%s", hex);
		ret = 0;
	}
	free(text);
	return ret;
}

/* That the granule's file is what its sidecar says, where storing it does not tell. */
static int
verify_local(struct granule *g, struct err *e)
{
	char hex[DIGEST_HEX_SIZE];
	struct stat st;

	if (digest_file(DIGEST_MD5, g->u->path, hex, e) < 0)
		return -1;
	if (strcmp(hex, g->data.md5) != 0)
		return err_set(e, E_DATA, "%s: its MD5 is %s, not %s", g->u->path, hex, g->data.md5);
	if (file_look(g->u->path, &st, e) <= 0)
		return err_set(e, E_RETRY, "%s: gone, or changed, meanwhile", g->u->path);
	g->data.size = (uint64_t)st.st_size;
	return 0;
}

/* Store one file unless the object is there; 1 when this run did, 0 when it was there. obj has the MD5 to be. */
static int
store_file(struct granule *g, const char *key, const char *path, struct store_object *obj, struct err *e)
{
	const struct store_meta meta[] = {
		{ "processing-type", g->u->type != PTYPE_COUNT ? ptype_name(g->u->type) : "unknown" },
		{ NULL, NULL }
	};
	struct store_object there, done;
	int r = 0;

	if (!g->c->again)
		r = store_head(g->c->store, key, &there, e);
	if (r < 0)
		return -1;
	if (r > 0 && strcmp(there.md5, obj->md5) == 0) {
		*obj = there;
		return 0;
	}
	if (store_put(g->c->store, key, path, obj->md5, meta, &done, e) < 0)
		return -1;
	*obj = done;
	g->u->item.bytes += done.size;
	return 1;
}

static int
store_granule(struct granule *g, struct err *e)
{
	int r = store_file(g, g->u->key, g->u->path, &g->data, e);

	if (r < 0 || (r == 0 && verify_local(g, e) < 0))
		return -1;
	g->u->stored = r > 0;
	g->u->step = STEP_CHECKSUM;
	r = store_file(g, g->sidecar_key, g->sidecar, &g->checksum, e);
	if (r < 0)
		return -1;
	g->u->item.state = r > 0 || g->u->stored ? ITEM_DONE : ITEM_SKIPPED;
	return 0;
}

static int
make_message(struct granule *g, struct err *e)
{
	const struct cnm_granule message = {
		.ds = g->u->ds,
		.data = { g->u->url, g->data.md5, g->data.size },
		.checksum = { g->sidecar_url, g->checksum.md5, g->checksum.size },
		.trace = g->c->trace,
		.legacy_time = g->c->legacy_time,
	};

	g->u->message = cnm_notification(&message, e);
	if (g->u->message == NULL)
		return -1;
	return cnm_check_text(g->u->message, message.legacy_time ? CNM_LENIENT : CNM_STRICT, e);
}

/* The message's id: the granule, its bytes and where they are. The same announcement has the same id in every run, so
 * that a topic which looks at ids takes it once; --again makes another. */
static void
message_id(const struct granule *g, char *id, size_t size)
{
	const char *base = str_base(g->u->path);
	char url_md5[DIGEST_HEX_SIZE], uid[UID_SIZE] = "";

	digest_text(DIGEST_MD5, g->u->url, url_md5);
	if (g->c->again)
		uid_new(uid);
	xsnprintf(id, size, "%.*s-%s-%.8s%s%s", (int)(strlen(base) - 3), base, g->data.md5, url_md5,
	    *uid != '\0' ? "-" : "", uid);
}

static int
announce(struct granule *g, struct err *e)
{
	char id[TOPIC_ID_MAX + 1];
	struct topic_message m = { .id = id };
	const char *topic = topic_name(g->c->topic);

	g->u->step = STEP_ANNOUNCE;
	if (make_message(g, e) < 0)
		return -1;
	message_id(g, id, sizeof(id));
	m.text = g->u->message;
	if (announced_prepare(&g->journal, g->data.md5, topic, g->u->url, e) < 0)
		return -1;
	if (topic_publish(g->c->topic, &m, e) == TOPIC_FAILED)
		return -1;
	g->u->announced = true;
	g->u->item.state = ITEM_DONE;
	return announced_commit(&g->journal, e);
}

static bool
was_announced(const struct granule *g)
{
	return !g->c->again && announced_has(&g->journal, g->data.md5, topic_name(g->c->topic), g->u->url);
}

static bool
was_stored(const struct granule *g)
{
	struct store_object data, checksum;

	return !g->c->again && store_head(g->c->store, g->u->key, &data, NULL) == 1 &&
	    strcmp(data.md5, g->data.md5) == 0 &&
	    store_head(g->c->store, g->sidecar_key, &checksum, NULL) == 1 &&
	    strcmp(checksum.md5, g->checksum.md5) == 0;
}

/* What a run would do, and whether it could: key and message. */
static int
plan(struct granule *g, struct err *e)
{
	bool done;

	if (verify_local(g, e) < 0 || announced_read(&g->journal, g->u->path, e) < 0 || make_message(g, e) < 0)
		return -1;
	done = g->c->topic != NULL ? was_announced(g) : was_stored(g);
	g->u->item.state = done ? ITEM_SKIPPED : ITEM_DONE;
	g->u->item.silent = true;
	if (done)
		return 0;
	g->u->item.text = xfmt("%s\t%s", g->u->key, g->u->message);
	item_set(&g->u->item, "message", "o", json_loads(g->u->message, 0, NULL));
	return 0;
}

static int
upload(struct granule *g, struct err *e)
{
	const struct uploader *c = g->c;

	g->u->step = STEP_STORE;
	if (identify(g, e) < 0 || read_sidecar(g, e) < 0 || name_objects(g, e) < 0)
		return -1;
	if (c->dry_run)
		return plan(g, e);
	if (c->topic == NULL)
		return store_granule(g, e);
	if (announced_open(&g->journal, g->u->path, e) < 0)
		return -1;
	if (was_announced(g)) {
		g->u->item.state = ITEM_SKIPPED;
		return verify_local(g, e);
	}
	return store_granule(g, e) < 0 ? -1 : announce(g, e);
}

void
upload_run(const struct uploader *c, struct upload *u)
{
	struct granule g = { .c = c, .u = u, .sidecar = xfmt("%s.md5", u->path) };

	strlist_push(&u->item.inputs, g.sidecar);
	if (upload(&g, &u->item.err) == 0) {
		strlist_push(&u->item.outputs, u->url);
		strlist_push(&u->item.outputs, g.sidecar_url);
		item_set(&u->item, "stored", "b", u->stored);
		item_set(&u->item, "announced", "b", u->announced);
		if (!c->dry_run && (c->topic == NULL || !topic_is_stdout(c->topic)))
			u->item.text = xstrdup(u->url);
		u->item.silent = true;
	}
	announced_close(&g.journal);
	free(g.sidecar);
	free(g.sidecar_key);
	free(g.sidecar_url);
}
