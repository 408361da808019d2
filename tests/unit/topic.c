/* Topics: a directory, standard output; and the messages to operators that go to them. */

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/newfile.h"
#include "base/str.h"
#include "place/notify.h"
#include "place/topic.h"
#include "tap.h"

static enum topic_result
publish(struct topic *t, const char *id, const char *subject, const char *text, struct err *e)
{
	const struct topic_message m = { .id = id, .subject = subject, .text = text };

	return topic_publish(t, &m, e);
}

static void
is_text_of(const char *path, const char *want, const char *name)
{
	char *got = file_read(path, TOPIC_TEXT_MAX + 1000, NULL);

	is_str(got, want, "%s", name);
	free(got);
}

/* Names in a directory, hidden ones too; *last is one of them. */
static int
count_names(const char *dir, char last[300])
{
	DIR *dp = opendir(dir);
	struct dirent *d;
	int n = 0;

	while (dp != NULL && (d = readdir(dp)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		(void)snprintf(last, 300, "%s", d->d_name);
		n++;
	}
	if (dp != NULL)
		(void)closedir(dp);
	return n;
}

static void
directory(void)
{
	struct err e = {0};
	char name[300], *here = getcwd(NULL, 0), want[400];
	struct topic *t = topic_open("new/topic", PLACE_CREATE, &e);
	struct topic *again = topic_open("./new//topic/", PLACE_ASIS, &e);

	ok(t != NULL && again != NULL, "a directory is made");
	if (t == NULL || again == NULL || here == NULL)
		return;
	(void)snprintf(want, sizeof(want), "%s/new/topic", here);
	is_str(topic_name(t), want, "its name is absolute");
	is_str(topic_name(again), want, "... for every spelling");
	is_int(topic_is_stdout(t), 0, "... and not standard output");
	is_int(publish(t, "one", NULL, "first", &e), TOPIC_SENT, "a message");
	is_text_of("new/topic/one", "first\n", "... is a file");
	is_int(publish(again, "one", NULL, "second", &e), TOPIC_KNOWN, "the same id is known");
	is_text_of("new/topic/one", "first\n", "... and changes nothing");
	is_int(publish(t, "mail", "A subject", "text\nof two lines", &e), TOPIC_SENT, "a message with a subject");
	is_text_of("new/topic/mail", "Subject: A subject\n\ntext\nof two lines\n", "... has it above");
	is_int(count_names("new/topic", name), 2, "nothing else is there");
	is_int(publish(t, NULL, NULL, "x", &e), TOPIC_SENT, "without id");
	is_int(publish(t, NULL, NULL, "x", &e), TOPIC_SENT, "... each is a message of its own");
	is_int(count_names("new/topic", name), 4, "... with a name");
	if (mkdir("new/topic/dir", 0777) == 0)
		is_int(publish(t, "dir", NULL, "x", &e), TOPIC_FAILED, "what cannot be written fails");
	is_int(count_names("new/topic", name), 5, "... and leaves nothing");
	topic_close(t);
	topic_close(again);
	topic_close(NULL);
	free(here);
}

static void
checks(void)
{
	static const char *const bad[] = { "", ".", "..", ".hidden", "a/b", "/a", "a\nb", "\xc3\xbc" };
	struct topic *t = topic_open("checks", PLACE_CREATE, NULL);
	char longest[TOPIC_ID_MAX + 2], name[300], *big = malloc(TOPIC_TEXT_MAX + 2), *text;
	struct err e = {0};

	if (t == NULL || big == NULL) {
		ok(0, "a topic");
		goto out;
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(publish(t, bad[i], NULL, "x", &e) == TOPIC_FAILED && e.code == E_DATA, "id %zu is refused", i);
	memset(longest, 'i', sizeof(longest));
	longest[TOPIC_ID_MAX + 1] = '\0';
	ok(publish(t, longest, NULL, "x", &e) == TOPIC_FAILED && e.code == E_DATA, "an id can be too long");
	longest[TOPIC_ID_MAX] = '\0';
	is_int(publish(t, longest, NULL, "x", &e), TOPIC_SENT, "... by one");
	memset(big, 'm', TOPIC_TEXT_MAX + 1);
	big[TOPIC_TEXT_MAX + 1] = '\0';
	ok(publish(t, "big", NULL, big, &e) == TOPIC_FAILED && e.code == E_DATA, "a message can be too long");
	big[TOPIC_TEXT_MAX] = '\0';
	is_int(publish(t, "big", NULL, big, &e), TOPIC_SENT, "... by one");
	(void)count_names("checks", name);
	is_int(publish(t, "subject", "a\nb\xc3\xbc" "c\tddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
	    "dddddddddddddddddddddddddddddddddddddddddd", "x", &e), TOPIC_SENT, "a strange subject");
	text = file_read("checks/subject", 1000, &e);
	ok(text != NULL && str_starts(text, "Subject: a?b??c?ddd") && strcspn(text, "\n") == 9 + TOPIC_SUBJECT_MAX,
	    "... becomes a plain one of at most 100 characters");
	free(text);
out:
	free(big);
	topic_close(t);
}

static int
open_fails(const char *place, enum err_code code)
{
	struct err e = {0};
	struct topic *t = topic_open(place, PLACE_CREATE, &e);

	topic_close(t);
	return t == NULL && e.code == code;
}

static void
places(void)
{
	struct stat st;
	struct topic *t = topic_open("asis", PLACE_ASIS, NULL);

	ok(t != NULL && stat("asis", &st) < 0, "a dry run makes no directory");
	topic_close(t);
	ok(file_write("file", "", NULL) == 0 && open_fails("file", E_USAGE), "a file is no topic");
	ok(open_fails("s3://bucket/x", E_USAGE), "nor is a store");
	ok(open_fails("https://sqs.us-west-2.amazonaws.com/1/x", E_USAGE), "nor is a queue");
	ok(open_fails("arn:aws:sqs:us-west-2:1:x", E_USAGE), "not even as an ARN");
	ok(open_fails("", E_USAGE), "nor is no text at all");
	ok(open_fails("/dev/pts/no-topic", E_ENV), "a directory that cannot be made");
}

static int
race_once(const char *id, const char *text)
{
	struct topic *t = topic_open("race", PLACE_CREATE, NULL);
	enum topic_result result = t != NULL ? publish(t, id, NULL, text, NULL) : TOPIC_FAILED;

	topic_close(t);
	return result == TOPIC_FAILED ? 99 : (int)result;
}

/* Many processes publish one id: one of them gets it, all others learn that. */
static void
race(void)
{
	enum { RACERS = 8, ROUNDS = 20 };
	char name[300], id[32];
	int sent = 0, known = 0, whole = 0;
	pid_t pid[RACERS];

	for (int round = 0; round < ROUNDS; round++) {
		(void)snprintf(id, sizeof(id), "race/%d", round);
		for (int i = 0; i < RACERS; i++) {
			pid[i] = fork();
			if (pid[i] == 0)
				_exit(race_once(id + 5, i % 2 ? "odd" : "even"));
		}
		for (int i = 0; i < RACERS; i++) {
			int status = 0;

			(void)waitpid(pid[i], &status, 0);
			sent += WIFEXITED(status) && WEXITSTATUS(status) == TOPIC_SENT;
			known += WIFEXITED(status) && WEXITSTATUS(status) == TOPIC_KNOWN;
		}
		{
			char *text = file_read(id, 100, NULL);

			whole += text != NULL && (strcmp(text, "odd\n") == 0 || strcmp(text, "even\n") == 0);
			free(text);
		}
	}
	is_int(sent, ROUNDS, "of 8 processes one publishes");
	is_int(known, ROUNDS * (RACERS - 1), "... the others know");
	is_int(whole, ROUNDS, "... the message is whole");
	is_int(count_names("race", name), ROUNDS, "... and nothing is left over");
}

static void
standard_output(void)
{
	struct topic *t = topic_open("-", PLACE_CREATE, NULL);
	enum topic_result first, second;
	struct err e = {0};
	int saved = dup(STDOUT_FILENO), fd = open("out", O_WRONLY | O_CREAT, 0666), full = open("/dev/full", O_WRONLY);

	if (t == NULL || saved < 0 || fd < 0) {
		ok(0, "standard output as a topic");
		return;
	}
	(void)fflush(stdout);
	(void)dup2(fd, STDOUT_FILENO);
	first = publish(t, "same", NULL, "{\"a\": 1}", &e);
	second = publish(t, "same", "Title", "{\"a\": 2}", &e);
	(void)fflush(stdout);
	(void)dup2(saved, STDOUT_FILENO);
	ok(topic_is_stdout(t), "- is standard output");
	is_str(topic_name(t), "-", "... and called so");
	is_int(first, TOPIC_SENT, "it takes a message");
	is_int(second, TOPIC_SENT, "... and one with the same id");
	is_text_of("out", "{\"a\": 1}\nSubject: Title\n\n{\"a\": 2}\n", "each is a line");
	if (full < 0) {
		skip(2, "no /dev/full");
	} else {
		(void)dup2(full, STDOUT_FILENO);
		first = publish(t, "same", NULL, "lost", &e);
		clearerr(stdout);
		(void)dup2(saved, STDOUT_FILENO);
		is_int(first, TOPIC_FAILED, "a full disk is noticed");
		is_int(e.code, E_ENV, "... as such");
		(void)close(full);
	}
	(void)close(saved);
	(void)close(fd);
	topic_close(t);
}

static void
notify(void)
{
	char name[300] = "", path[400], *text, *line = malloc(5002);
	struct notify n = {0};
	struct err e = {0};

	if (line == NULL)
		return;
	is_int(notify_open(&n, NULL, &e), 0, "without a place");
	notify_add(&n, "text");
	is_int(notify_send(&n, "Subject", &e), 0, "... nothing is sent");
	notify_close(&n);
	ok(notify_open(&n, "-", &e) < 0 && e.code == E_USAGE, "operators do not read standard output");
	ok(notify_open(&n, "gs://x", &e) < 0 && e.code == E_USAGE, "nor unknown places");

	is_int(notify_open(&n, "mail/box", &e), 0, "a place");
	is_int(notify_send(&n, "Subject", &e), 0, "nothing to say");
	ok(access("mail", F_OK) < 0, "... makes nothing");
	notify_add(&n, "%s and %d", "one", 2);
	notify_add(&n, ", three\n");
	is_int(notify_send(&n, "Subject", &e), 0, "something to say");
	is_int(count_names("mail/box", name), 1, "... is one message");
	(void)snprintf(path, sizeof(path), "mail/box/%s", name);
	is_text_of(path, "Subject: Subject\n\none and 2, three\n\n", "... with all that was added");
	is_int(notify_send(&n, "Subject", &e), 0, "it is sent once");
	is_int(count_names("mail/box", name), 1, "... only");
	(void)unlink(path);

	memset(line, 'x', 5000);
	line[5000] = '\n';
	line[5001] = '\0';
	for (int i = 0; i < 50; i++)
		notify_add(&n, "%s", line);
	is_int(notify_send(&n, "Subject", &e), 0, "too much to say");
	(void)count_names("mail/box", name);
	(void)snprintf(path, sizeof(path), "mail/box/%s", name);
	text = file_read(path, TOPIC_TEXT_MAX, &e);
	ok(text != NULL && strlen(text) < TOPIC_TEXT_MAX, "... is cut");
	ok(text != NULL && strstr(text, "\n(10 more, too long for one message)\n") != NULL, "... and says so");
	free(text);
	notify_close(&n);
	notify_close(&n);

	is_int(notify_open(&n, "/dev/pts/none", &e), 0, "a place that cannot be written");
	notify_add(&n, "text");
	ok(notify_send(&n, "Subject", &e) < 0 && (e.code == E_ENV || e.code == E_MISSING), "... fails when it is used");
	notify_close(&n);
	free(line);
}

int
main(void)
{
	tap_scratch();
	directory();
	checks();
	places();
	race();
	standard_output();
	notify();
	return tap_done();
}
