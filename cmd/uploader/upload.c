/* upload - one granule: stored, then announced */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uid.h"
#include "granule/cnm.h"
#include "granule/layout.h"
#include "granule/name.h"
#include "announced.h"
#include "upload.h"

#define MD5_HEX 32
#define SIDECAR_MAX 4096

/* What is known of a granule on its way. */
struct job {
	const struct uploader *c;
	struct upload *u;
	char *sidecar;			/* path of NAME.nc.md5 */
	char *sidecar_key, *sidecar_url;
	struct store_object data;	/* the granule: what its sidecar says, then what was stored */
	struct store_object checksum;	/* the sidecar itself */
	struct announced journal;
};

struct upload *
upload_new(const char *path, size_t number, struct err *e)
{
	struct upload *u = mem_array(1, sizeof(*u), e);

	if (u == NULL)
		return NULL;
	u->number = number;
	u->type = PTYPE_COUNT;
	u->path = mem_str(path, e);
	if (u->path != NULL)
		return u;
	upload_free(u);
	return NULL;
}

void
upload_free(struct upload *u)
{
	if (u == NULL)
		return;
	free(u->path);
	free(u->key);
	free(u->url);
	free(u->message);
	free(u);
}

/* Dataset and type of the granule, and that it is there. */
static int
identify(struct job *j, struct err *e)
{
	const struct dataset *by_dir;
	struct upload *u = j->u;
	struct l2p_name name;
	struct stat st;

	if (l2p_parse(u->path, &name, e) < 0)
		return -1;
	if (j->c->ds != NULL && j->c->ds != name.ds)
		return err_set(e, E_DATA, "%s: not a granule of %s", u->path, j->c->ds->key);
	u->ds = name.ds;
	u->type = j->c->type;
	if (u->type == PTYPE_COUNT)
		layout_of_dir(u->path, &by_dir, &u->type);
	if (stat(u->path, &st) < 0)
		return err_sys(e, "%s", u->path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, E_DATA, "%s: not a regular file", u->path);
	return 0;
}

/* Key and URL of the granule and its sidecar. */
static int
name_objects(struct job *j, struct err *e)
{
	struct upload *u = j->u;

	u->key = mem_fmt(e, "%s/%s", u->ds->key, str_base(u->path));
	if (u->key == NULL)
		return -1;
	u->url = store_url(j->c->store, u->key, e);
	j->sidecar_key = mem_fmt(e, "%s.md5", u->key);
	if (u->url == NULL || j->sidecar_key == NULL)
		return -1;
	j->sidecar_url = store_url(j->c->store, j->sidecar_key, e);
	return j->sidecar_url == NULL ? -1 : 0;
}

/* The one line of a sidecar: 32 digits, two blanks, the granule's name. */
static int
parse_sidecar(struct job *j, const char *text, struct err *e)
{
	const char *base = str_base(j->u->path);

	if (strspn(text, "0123456789abcdef") != MD5_HEX || !str_starts(text + MD5_HEX, "  ") ||
	    !str_ends(text, "\n") || strcspn(text, "\n") != strlen(text) - 1)
		return err_set(e, E_DATA, "%s: not a checksum line of 32 digits, two blanks and a name", j->sidecar);
	if (strlen(text) != MD5_HEX + 2 + strlen(base) + 1 || !str_starts(text + MD5_HEX + 2, base))
		return err_set(e, E_DATA, "%s: names another file", j->sidecar);
	return str_fmt(j->data.md5, sizeof(j->data.md5), e, "%.*s", MD5_HEX, text);
}

static int
read_sidecar(struct job *j, struct err *e)
{
	char hex[DIGEST_HEX_SIZE], *text;
	struct digest *d = NULL;
	int ret = -1;

	j->sidecar = mem_fmt(e, "%s.md5", j->u->path);
	if (j->sidecar == NULL)
		return -1;
	if (!file_exists(j->sidecar)) {
		j->u->step = STEP_SIDECAR;
		return err_set(e, E_MISSING, "%s: no checksum file %s.md5 beside it", j->u->path, str_base(j->u->path));
	}
	text = file_read(j->sidecar, SIDECAR_MAX, e);
	if (text == NULL || parse_sidecar(j, text, e) < 0 || (d = digest_new(DIGEST_MD5, e)) == NULL)
		goto out;
	if (digest_update(d, text, strlen(text), e) < 0 || digest_hex(d, hex, e) < 0)
		goto out;
	j->checksum.size = strlen(text);
	ret = str_fmt(j->checksum.md5, sizeof(j->checksum.md5), e, "%s", hex);
out:
	digest_free(d);
	free(text);
	return ret;
}

/* That the granule's file is what its sidecar says, where storing it does not tell. */
static int
verify_local(struct job *j, struct err *e)
{
	char hex[DIGEST_HEX_SIZE];
	struct stat st;

	if (digest_file(DIGEST_MD5, j->u->path, hex, e) < 0)
		return -1;
	if (strcmp(hex, j->data.md5) != 0)
		return err_set(e, E_DATA, "%s: its MD5 is %s, not %s", j->u->path, hex, j->data.md5);
	if (stat(j->u->path, &st) < 0)
		return err_sys(e, "%s", j->u->path);
	j->data.size = (uint64_t)st.st_size;
	return 0;
}

/* Store one file unless the object is there; 1 when this run did, 0 when it was there. obj has the MD5 to be. */
static int
store_file(struct job *j, const char *key, const char *path, struct store_object *obj, struct err *e)
{
	const struct store_meta meta[] = {
		{ "processing-type", j->u->type != PTYPE_COUNT ? ptype_name(j->u->type) : "unknown" },
		{ NULL, NULL }
	};
	struct store_object there, done;
	int r = 0;

	if (!j->c->again)
		r = store_head(j->c->store, key, &there, e);
	if (r < 0)
		return -1;
	if (r > 0 && strcmp(there.md5, obj->md5) == 0) {
		*obj = there;
		return 0;
	}
	if (store_put(j->c->store, key, path, obj->md5, meta, &done, e) < 0)
		return -1;
	*obj = done;
	j->u->bytes += done.size;
	return 1;
}

static int
store_granule(struct job *j, struct err *e)
{
	int r = store_file(j, j->u->key, j->u->path, &j->data, e);

	if (r < 0 || (r == 0 && verify_local(j, e) < 0))
		return -1;
	j->u->stored = r > 0;
	r = store_file(j, j->sidecar_key, j->sidecar, &j->checksum, e);
	if (r < 0)
		return -1;
	j->u->state = r > 0 || j->u->stored ? UPLOAD_STORED : UPLOAD_UNCHANGED;
	return 0;
}

static int
make_message(struct job *j, struct err *e)
{
	const struct cnm_granule g = {
		.ds = j->u->ds,
		.data = { j->u->url, j->data.md5, j->data.size },
		.checksum = { j->sidecar_url, j->checksum.md5, j->checksum.size },
		.trace = j->c->trace,
		.legacy_time = j->c->legacy_time,
	};

	j->u->message = cnm_notification(&g, e);
	if (j->u->message == NULL)
		return -1;
	return cnm_check_text(j->u->message, g.legacy_time ? CNM_LENIENT : CNM_STRICT, e);
}

/* The message's id: the granule, its bytes and where they are. The same announcement has the same id in every run, so
 * that a topic which looks at ids takes it once; --again makes another. */
static int
message_id(const struct job *j, char *id, size_t size, struct err *e)
{
	const char *base = str_base(j->u->path);
	char url_md5[DIGEST_HEX_SIZE], uid[UID_SIZE] = "";
	struct digest *d = digest_new(DIGEST_MD5, e);
	int ret = -1;

	if (d == NULL || digest_update(d, j->u->url, strlen(j->u->url), e) < 0 || digest_hex(d, url_md5, e) < 0)
		goto out;
	if (j->c->again && uid_new(uid, e) < 0)
		goto out;
	ret = str_fmt(id, size, e, "%.*s-%s-%.8s%s%s", (int)(strlen(base) - 3), base, j->data.md5, url_md5,
	    *uid != '\0' ? "-" : "", uid);
out:
	digest_free(d);
	return ret;
}

static int
announce(struct job *j, struct err *e)
{
	char id[TOPIC_ID_MAX + 1];
	struct topic_message m = { .id = id };
	const char *topic = topic_name(j->c->topic);

	j->u->step = STEP_ANNOUNCE;
	if (make_message(j, e) < 0 || message_id(j, id, sizeof(id), e) < 0)
		return -1;
	m.text = j->u->message;
	if (announced_prepare(&j->journal, j->data.md5, topic, j->u->url, e) < 0)
		return -1;
	if (topic_publish(j->c->topic, &m, e) == TOPIC_FAILED)
		return -1;
	j->u->announced = true;
	j->u->state = UPLOAD_ANNOUNCED;
	return announced_commit(&j->journal, e);
}

static bool
was_announced(const struct job *j)
{
	return !j->c->again && announced_has(&j->journal, j->data.md5, topic_name(j->c->topic), j->u->url);
}

static bool
was_stored(const struct job *j)
{
	struct store_object data, checksum;

	return !j->c->again && store_head(j->c->store, j->u->key, &data, NULL) == 1 &&
	    strcmp(data.md5, j->data.md5) == 0 &&
	    store_head(j->c->store, j->sidecar_key, &checksum, NULL) == 1 &&
	    strcmp(checksum.md5, j->checksum.md5) == 0;
}

/* What a run would do, and whether it could. */
static int
plan(struct job *j, struct err *e)
{
	bool done;

	if (verify_local(j, e) < 0 || announced_read(&j->journal, j->u->path, e) < 0 || make_message(j, e) < 0)
		return -1;
	done = j->c->topic != NULL ? was_announced(j) : was_stored(j);
	j->u->state = done ? UPLOAD_UNCHANGED : UPLOAD_PLANNED;
	return 0;
}

static int
upload(struct job *j, struct err *e)
{
	const struct uploader *c = j->c;

	j->u->step = STEP_STORE;
	if (identify(j, e) < 0 || read_sidecar(j, e) < 0 || name_objects(j, e) < 0)
		return -1;
	if (c->dry_run)
		return plan(j, e);
	if (c->topic == NULL)
		return store_granule(j, e);
	if (announced_open(&j->journal, j->u->path, e) < 0)
		return -1;
	if (was_announced(j)) {
		j->u->state = UPLOAD_UNCHANGED;
		return verify_local(j, e);
	}
	return store_granule(j, e) < 0 ? -1 : announce(j, e);
}

void
upload_run(const struct uploader *c, struct upload *u)
{
	struct job j = { .c = c, .u = u };
	double start = clock_steady();

	if (upload(&j, &u->err) < 0)
		u->state = UPLOAD_FAILED;
	announced_close(&j.journal);
	free(j.sidecar);
	free(j.sidecar_key);
	free(j.sidecar_url);
	u->seconds = clock_steady() - start;
}

/* The URLs of both objects; an empty array when the granule failed. */
static json_t *
json_outputs(const struct upload *u)
{
	if (u->state == UPLOAD_FAILED)
		return json_array();
	return json_pack("[s, o]", u->url, json_sprintf("%s.md5", u->url));
}

char *
upload_json(const struct upload *u, struct err *e)
{
	static const char *const state[] = {
		[UPLOAD_FAILED] = "failed", [UPLOAD_ANNOUNCED] = "announced", [UPLOAD_STORED] = "stored",
		[UPLOAD_UNCHANGED] = "unchanged", [UPLOAD_PLANNED] = "planned"
	};
	const char *reason = u->state == UPLOAD_FAILED ? u->err.msg : NULL;
	json_t *message = u->state == UPLOAD_PLANNED ? json_loads(u->message, 0, NULL) : NULL;
	json_t *o = json_pack("{s:[s, s+], s:o, s:s*, s:s, s:s*, s:o*, s:f, s:I}", "inputs", u->path, u->path, ".md5",
	    "outputs", json_outputs(u), "key", u->key, "state", state[u->state], "reason", reason, "message", message,
	    "seconds", u->seconds, "bytes", (json_int_t)u->bytes);
	char *text = o != NULL ? json_dumps(o, JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6)) : NULL;

	json_decref(o);
	if (text == NULL)
		err_set(e, E_DATA, "%s: its result cannot be written as JSON", u->path);
	return text;
}
